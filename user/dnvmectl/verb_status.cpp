// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

Status status(Session& session) {
    const auto answer = session.client.ask(&Client::Stub::GetStatus, v1::GetStatusRequest());
    if (!answer) {
        return tl::unexpected(answer.error());
    }
    session.formatter.status(*answer);
    return {};
}

}  // namespace

void add_status(CLI::App& app, CommandLine& line) {
    add_verb(app, line, "status", "Say whether all data is safe, and if not, why", status);
}

}  // namespace dnvme::ctl
