// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

struct Arguments {
    std::string name;
    std::map<std::string, std::string> labels;
    std::vector<std::string> remove;
    bool dry_run = false;
};

v1::SetLabelsRequest make_request(const Arguments& arguments) {
    v1::SetLabelsRequest request;
    request.set_name(arguments.name);
    request.mutable_labels()->insert(arguments.labels.begin(), arguments.labels.end());
    request.mutable_remove()->Assign(arguments.remove.begin(), arguments.remove.end());
    request.set_dry_run(arguments.dry_run);
    return request;
}

using Rpc = Client::ChangeRpc<v1::SetLabelsRequest>;
template <class View>
using ViewOf = const View& (v1::Event::*)() const;

template <class View>
Status set(Session& session, Rpc rpc, const v1::SetLabelsRequest& request, ViewOf<View> view) {
    return run_and_show(session, rpc, request, [&](const v1::Event& event) -> Status {
        session.formatter.changed((event.*view)());
        return {};
    });
}

template <class View>
void add_set(CLI::App& noun, CommandLine& line, const std::string& word, Rpc rpc,
             ViewOf<View> view) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App* verb = add_verb(noun, line, "set", "Change labels; nothing that has a place moves",
                              [arguments, rpc, view](Session& session) {
                                  return set(session, rpc, make_request(*arguments), view);
                              });
    add_name(*verb, arguments->name, "Name of the " + word);
    CLI::Option* set = add_labels(*verb, arguments->labels);
    CLI::Option* remove =
        verb->add_option("--remove-label", arguments->remove, "Take a label away; repeatable")
            ->type_name("KEY")
            ->allow_extra_args(false);
    require_any(*verb, {set, remove});
    add_dry_run(*verb, arguments->dry_run);
}

}  // namespace

void add_node_set(CLI::App& node, CommandLine& line) {
    add_set(node, line, "node", &Client::Stub::SetNode, &v1::Event::node);
}

void add_disk_set(CLI::App& disk, CommandLine& line) {
    add_set(disk, line, "disk", &Client::Stub::SetDisk, &v1::Event::disk);
}

}  // namespace dnvme::ctl
