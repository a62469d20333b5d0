// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

Status set(Session& session, const v1::SetPathRequest& request) {
    return run_head_change(
        session, &Client::Stub::SetPath, request,
        fmt::format("path {} of head {} changed", request.path(), request.head()));
}

}  // namespace

void add_path_set(CLI::App& path, CommandLine& line) {
    const auto kept = std::make_shared<v1::SetPathRequest>();
    CLI::App* verb = add_verb(path, line, "set", "Change the priority of a path, in use or not",
                              [kept](Session& session) { return set(session, *kept); });
    v1::SetPathRequest& request = *kept;
    add_head_and_path(*verb, *request.mutable_head(), *request.mutable_path());
    add_priority(*verb, [&request](std::uint32_t priority) {
        request.set_priority(priority);
    })->required();
    add_dry_run(*verb, request);
}

}  // namespace dnvme::ctl
