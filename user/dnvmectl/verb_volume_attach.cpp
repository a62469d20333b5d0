// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

/// The NQN that the host has to connect with is in its own record.
Result<v1::HostView> find_host(Session& session, const std::string& name) {
    v1::ListRequest request;
    request.add_names(name);
    auto hosts = session.client.ask(&Client::Stub::ListHosts, request);
    if (!hosts) {
        return pass(std::move(hosts.error()), "attached, but the host cannot be read back");
    }
    if (hosts->hosts().empty()) {
        return fail(Code::not_found,
                    fmt::format("attached, but host '{}' has been deleted meanwhile", name));
    }
    return hosts->hosts(0);
}

Status attach(Session& session, const v1::AttachRequest& request) {
    return run_and_show(session, &Client::Stub::AttachVolume, request,
                        [&](const v1::Event& event) -> Status {
                            const auto host = find_host(session, request.host());
                            if (!host) {
                                return tl::unexpected(host.error());
                            }
                            session.formatter.attached({.volume = event.volume(), .host = *host});
                            return {};
                        });
}

}  // namespace

void add_volume_attach(CLI::App& volume, CommandLine& line) {
    const auto request = std::make_shared<v1::AttachRequest>();
    CLI::App* verb =
        add_verb(volume, line, "attach", "Let a host connect, and print what it has to run",
                 [request](Session& session) { return attach(session, *request); });
    add_attachment(*verb, *request);
}

}  // namespace dnvme::ctl
