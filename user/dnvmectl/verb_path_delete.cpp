// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

struct Arguments {
    v1::PathRequest request;
    bool yes = false;
};

Status delete_path(Session& session, const Arguments& arguments) {
    const v1::PathRequest& request = arguments.request;
    const std::string path = fmt::format("path {} of head {}", request.path(), request.head());
    if (!arguments.yes && !request.dry_run()) {
        if (auto confirmed = confirm(session, fmt::format("Delete {}?", path)); !confirmed) {
            return confirmed;
        }
    }
    return run_head_change(session, &Client::Stub::DeletePath, request, path + " deleted");
}

}  // namespace

void add_path_delete(CLI::App& path, CommandLine& line) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App* verb =
        add_verb(path, line, "delete", "Take a path away from a head",
                 [arguments](Session& session) { return delete_path(session, *arguments); });
    add_path_of_head(*verb, arguments->request);
    verb->add_flag("-y,--yes", arguments->yes, "Do not ask");
}

}  // namespace dnvme::ctl
