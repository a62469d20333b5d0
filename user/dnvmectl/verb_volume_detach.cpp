// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

Status detach(Session& session, const v1::AttachRequest& request) {
    return run_and_show(session, &Client::Stub::DetachVolume, request,
                        [&](const v1::Event& event) -> Status {
                            session.formatter.detached(event.volume(), request.host());
                            return {};
                        });
}

}  // namespace

void add_volume_detach(CLI::App& volume, CommandLine& line) {
    const auto request = std::make_shared<v1::AttachRequest>();
    CLI::App* verb = add_verb(volume, line, "detach", "Cut a host off from a volume",
                              [request](Session& session) { return detach(session, *request); });
    add_attachment(*verb, *request);
}

}  // namespace dnvme::ctl
