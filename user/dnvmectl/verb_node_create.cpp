// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"
#include "dnvmectl/words.h"

namespace dnvme::ctl {

namespace {

struct Arguments {
    std::string name;
    std::vector<v1::Portal> portals;
    std::map<std::string, std::string> labels;
    bool dry_run = false;
};

Result<std::vector<v1::Portal>> parse_portals(const std::vector<std::string>& texts) {
    std::vector<v1::Portal> portals;
    portals.reserve(texts.size());
    for (const std::string& text : texts) {
        auto portal = parse_portal(text);
        if (!portal) {
            return tl::unexpected(portal.error());
        }
        portals.push_back(std::move(*portal));
    }
    return portals;
}

v1::CreateNodeRequest make_request(const Arguments& arguments) {
    v1::CreateNodeRequest request;
    request.set_name(arguments.name);
    request.mutable_portals()->Assign(arguments.portals.begin(), arguments.portals.end());
    request.mutable_labels()->insert(arguments.labels.begin(), arguments.labels.end());
    request.set_dry_run(arguments.dry_run);
    return request;
}

Status create(Session& session, const Arguments& arguments) {
    return run_create(session, &Client::Stub::CreateNode, make_request(arguments),
                      &v1::Event::node);
}

}  // namespace

void add_node_create(CLI::App& node, CommandLine& line) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App* verb =
        add_verb(node, line, "create", "Say how hosts reach the node of this daemon",
                 [arguments](Session& session) { return create(session, *arguments); });
    verb->alias("add");
    add_name(*verb, arguments->name, "Name of the node");
    add_parsed(*verb, "--portal", arguments->portals,
               "Where hosts connect to (port 4420); repeatable", parse_portals)
        ->type_name("ADDR[:PORT]")
        ->allow_extra_args(false)
        ->required();
    add_labels(*verb, arguments->labels);
    add_dry_run(*verb, arguments->dry_run);
}

}  // namespace dnvme::ctl
