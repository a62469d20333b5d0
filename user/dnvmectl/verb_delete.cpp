// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include <fmt/format.h>

#include "dnvmectl/arguments.h"
#include "dnvmectl/nouns.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

struct Arguments {
    std::string name;
    bool yes = false;
    bool dry_run = false;
};

template <class Noun>
Status delete_object(Session& session, const Arguments& arguments) {
    if (!arguments.yes && !arguments.dry_run) {
        const auto question = fmt::format(fmt::runtime(Noun::question), arguments.name);
        if (auto confirmed = confirm(session, question); !confirmed) {
            return confirmed;
        }
    }
    v1::DeleteRequest request;
    request.set_name(arguments.name);
    request.set_dry_run(arguments.dry_run);
    return run_and_show(session, Noun::delete_rpc, request,
                        [&](const v1::Event& /*event*/) -> Status {
                            session.formatter.deleted(Noun::word, arguments.name);
                            return {};
                        });
}

template <class Noun>
CLI::App* add_to(CLI::App& app, CommandLine& line, const std::string& description) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App* verb = add_verb(
        *app.get_subcommand(Noun::word), line, "delete", description,
        [arguments](Session& session) { return delete_object<Noun>(session, *arguments); });
    add_name(*verb, arguments->name, fmt::format("Name of the {}", Noun::word));
    verb->add_flag("-y,--yes", arguments->yes, "Do not ask");
    add_dry_run(*verb, arguments->dry_run);
    return verb;
}

}  // namespace

void add_delete(CLI::App& app, CommandLine& line) {
    add_to<NodeNoun>(app, line, "Forget a node that has no disk and serves nothing")
        ->alias("remove");
    add_to<DiskNoun>(app, line, "Take away a disk that no volume uses")->alias("remove");
    add_to<VolumeNoun>(app, line, "Delete a volume and its data");
    add_to<HostNoun>(app, line, "Forget a host that has no volume");
    add_to<HeadNoun>(app, line, "Take a head down, with its disk and paths");
}

}  // namespace dnvme::ctl
