// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

Status activate(Session& session, const v1::PathRequest& request) {
    return run_head_change(session, &Client::Stub::ActivatePath, request,
                           fmt::format("path {} is being activated", request.path()));
}

}  // namespace

void add_path_activate(CLI::App& path, CommandLine& line) {
    const auto request = std::make_shared<v1::PathRequest>();
    CLI::App* verb = add_verb(path, line, "activate", "Have a head use this path from now on",
                              [request](Session& session) { return activate(session, *request); });
    add_path_of_head(*verb, *request);
}

}  // namespace dnvme::ctl
