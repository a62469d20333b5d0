// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "dnvmectl/arguments.h"
#include "dnvmectl/nouns.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

template <class Noun>
Status list(Session& session, const std::vector<std::string>& names) {
    v1::ListRequest request;
    request.mutable_names()->Assign(names.begin(), names.end());
    const auto answer = session.client.ask(Noun::list_rpc, request);
    if (!answer) {
        return tl::unexpected(answer.error());
    }
    session.formatter.list(*answer);
    return {};
}

template <class Noun>
void add_to(CLI::App& app, CommandLine& line) {
    const auto names = std::make_shared<std::vector<std::string>>();
    CLI::App* verb = add_verb(*app.get_subcommand(Noun::word), line, "list",
                              fmt::format("List all {}s, or those named", Noun::word),
                              [names](Session& session) { return list<Noun>(session, *names); });
    verb->add_option("NAME", *names, "List only these")->type_name("");
}

}  // namespace

void add_list(CLI::App& app, CommandLine& line) {
    add_to<NodeNoun>(app, line);
    add_to<DiskNoun>(app, line);
    add_to<VolumeNoun>(app, line);
    add_to<HostNoun>(app, line);
    add_to<HeadNoun>(app, line);
}

}  // namespace dnvme::ctl
