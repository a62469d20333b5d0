// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/connections.h"

#include <algorithm>

#include <fmt/format.h>

#include "dnvmectl/words.h"

namespace dnvme::ctl {

namespace {

Result<v1::HostView> host_of(const std::string& nqn, const v1::HostList& hosts) {
    for (const v1::HostView& view : hosts.hosts()) {
        if (view.host().nqn() == nqn) {
            return view;
        }
    }
    return fail(Code::not_found,
                fmt::format("no host has the NQN of this machine, {}: make it known with 'dnvmectl "
                            "host create'",
                            nqn));
}

Status check_attached(const v1::HostView& host, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        if (std::ranges::find(host.volumes(), name) == host.volumes().end()) {
            return fail(Code::precondition,
                        fmt::format("volume '{}' is not attached to this host: 'dnvmectl volume "
                                    "attach {} {}' does that",
                                    name, name, host.host().name()));
        }
    }
    return {};
}

void add_ways(const v1::VolumeView& view, std::vector<Connection>& connections) {
    for (const v1::ControllerView& controller : view.controllers()) {
        for (const v1::Portal& portal : controller.portals()) {
            connections.push_back({.volume = view.volume().name(),
                                   .controller = controller.number(),
                                   .address = portal.address(),
                                   .port = portal.port(),
                                   .subsystem_nqn = controller.subsystem_nqn()});
        }
    }
}

}  // namespace

bool same_way(const Connection& a, const Connection& b) {
    return a.address == b.address && a.port == b.port && a.subsystem_nqn == b.subsystem_nqn;
}

bool contains_way(const std::vector<Connection>& connections, const Connection& wanted) {
    return std::ranges::any_of(connections,
                               [&](const Connection& c) { return same_way(c, wanted); });
}

std::string to_string(const Connection& connection) {
    v1::Portal portal;
    portal.set_address(connection.address);
    portal.set_port(connection.port);
    return fmt::format("{}, controller {} of volume {}", to_string(portal), connection.controller,
                       connection.volume);
}

Result<std::vector<Connection>> connections_of(const std::string& host_nqn,
                                               const v1::HostList& hosts,
                                               const v1::VolumeList& volumes,
                                               const std::vector<std::string>& names) {
    const auto host = host_of(host_nqn, hosts);
    if (!host) {
        return pass(host.error());
    }
    if (auto attached = check_attached(*host, names); !attached) {
        return pass(attached.error());
    }
    std::vector<std::string> wanted = names;
    if (wanted.empty()) {
        wanted.assign(host->volumes().begin(), host->volumes().end());
    }
    std::vector<Connection> connections;
    for (const v1::VolumeView& view : volumes.volumes()) {
        if (std::ranges::find(wanted, view.volume().name()) != wanted.end()) {
            add_ways(view, connections);
        }
    }
    return connections;
}

}  // namespace dnvme::ctl
