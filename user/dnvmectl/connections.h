// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "dnvme/v1/api.pb.h"

namespace dnvme::ctl {

/// A way from a host to a controller of a volume, over NVMe/TCP.
struct Connection {
    std::string volume;
    std::uint32_t controller = 0;
    std::string address;
    std::uint32_t port = 0;
    std::string subsystem_nqn;
};

/// What became of one: "connected", "connected already", "disconnected" or "not connected".
struct ConnectionState {
    Connection connection;
    std::string state;
};

/// Whether both lead to the same controller over the same portal.
bool same_way(const Connection& a, const Connection& b);
bool contains_way(const std::vector<Connection>& connections, const Connection& wanted);

/// "192.0.2.1:4420, controller 0 of volume v1".
std::string to_string(const Connection& connection);

/// What the host with this NQN may connect to: all portals of all controllers of the volumes called
/// @p names, or of all that it is attached to if there are none. Pure. Errors: not_found (no host
/// has the NQN), precondition (a volume is not attached to it).
Result<std::vector<Connection>> connections_of(const std::string& host_nqn,
                                               const v1::HostList& hosts,
                                               const v1::VolumeList& volumes,
                                               const std::vector<std::string>& names);

}  // namespace dnvme::ctl
