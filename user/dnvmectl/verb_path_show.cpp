// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

struct Arguments {
    std::string head;
    std::string path;
};

Status show(Session& session, const Arguments& arguments) {
    v1::ListRequest request;
    request.add_names(arguments.head);
    const auto answer = session.client.ask(&Client::Stub::ListHeads, request);
    if (!answer) {
        return tl::unexpected(answer.error());
    }
    for (const v1::HeadView& view : answer->heads()) {
        for (const v1::PathView& path : view.paths()) {
            if (path.name() == arguments.path) {
                session.formatter.show_path(view, path);
                return {};
            }
        }
    }
    return fail(Code::not_found,
                fmt::format("head '{}' has no path '{}'", arguments.head, arguments.path));
}

}  // namespace

void add_path_show(CLI::App& path, CommandLine& line) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App* verb = add_verb(path, line, "show", "Show everything about one path",
                              [arguments](Session& session) { return show(session, *arguments); });
    add_head_and_path(*verb, arguments->head, arguments->path);
}

}  // namespace dnvme::ctl
