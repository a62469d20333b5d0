// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "dnvmectl/arguments.h"
#include "dnvmectl/head_settings.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

Status set(Session& session, const v1::SetHeadRequest& request) {
    return run_head_change(session, &Client::Stub::SetHead, request,
                           fmt::format("settings of head {} changed", request.name()));
}

}  // namespace

void add_head_set(CLI::App& head, CommandLine& line) {
    const auto request = std::make_shared<v1::SetHeadRequest>();
    CLI::App* verb = add_verb(head, line, "set", "Change settings of a head, in use or not",
                              [request](Session& session) { return set(session, *request); });
    add_name(*verb, *request->mutable_name(), "Name of the head");
    require_any(*verb, add_head_settings(*verb, *request->mutable_settings()));
    add_dry_run(*verb, *request);
}

}  // namespace dnvme::ctl
