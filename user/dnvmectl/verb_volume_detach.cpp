// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

Status detach(Session& session, const v1::AttachRequest& request) {
    const auto outcome = run_change(session, &Client::Stub::DetachVolume, request);
    if (!outcome) {
        return tl::unexpected(outcome.error());
    }
    if (request.dry_run()) {
        session.formatter.plan(outcome->plan);
    } else {
        session.formatter.detached(outcome->object.volume(), request.host());
    }
    return {};
}

}  // namespace

void add_volume_detach(CLI::App& volume, CommandLine& line) {
    const auto request = std::make_shared<v1::AttachRequest>();
    CLI::App* verb = add_verb(volume, line, "detach", "Cut a host off from a volume",
                              [request](Session& session) { return detach(session, *request); });
    add_attachment(*verb, *request);
}

}  // namespace dnvme::ctl
