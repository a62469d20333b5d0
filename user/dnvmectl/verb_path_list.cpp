// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

Status list(Session& session, const std::vector<std::string>& heads) {
    v1::ListRequest request;
    request.mutable_names()->Assign(heads.begin(), heads.end());
    const auto answer = session.client.ask(&Client::Stub::ListHeads, request);
    if (!answer) {
        return tl::unexpected(answer.error());
    }
    session.formatter.list_paths(*answer);
    return {};
}

}  // namespace

void add_path_list(CLI::App& path, CommandLine& line) {
    const auto heads = std::make_shared<std::vector<std::string>>();
    CLI::App* verb = add_verb(path, line, "list", "List the paths of all heads, or of those named",
                              [heads](Session& session) { return list(session, *heads); });
    verb->add_option("HEAD", *heads, "List only theirs")->type_name("");
}

}  // namespace dnvme::ctl
