// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

Status info(Session& session) {
    const auto answer = session.client.ask(&Client::Stub::GetInfo, v1::GetInfoRequest());
    if (!answer) {
        return tl::unexpected(answer.error());
    }
    session.formatter.info(*answer);
    return {};
}

}  // namespace

void add_info(CLI::App& app, CommandLine& line) {
    add_verb(app, line, "info", "Say which daemon answers, and for which node", info);
}

}  // namespace dnvme::ctl
