// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "model/cluster.h"
#include "plan/action.h"
#include "plan/kernel_state.h"

namespace dnvme::daemon {

/// Says whose an action is, so that a volume that cannot be built or taken down holds up no other.
/// The owner is the uuid of a volume, the directory of a head, that and the name of a path, the NQN
/// of a host or of a connection to be made, the identity of what belongs to neither (a leftover),
/// the name of a module that only some need, or kShared for what everything needs.
class Owners {
  public:
    static inline const std::string kShared;

    /// @p desired and @p actual tell which volume a port is for.
    Owners(const model::Cluster& cluster, const plan::KernelState& desired,
           const plan::KernelState& actual);

    [[nodiscard]] std::string of(const plan::Action& action) const;
    /// A path that cannot be taken holds up no other path of its head.
    [[nodiscard]] static std::string of_path(const std::string& head_dir, const std::string& path);

  private:
    void add(const v1::Volume& volume);
    void add_ports(const plan::KernelState& state);
    [[nodiscard]] std::string volume_of(const std::string& identity) const;
    [[nodiscard]] std::string device(const std::string& dm_uuid) const;
    [[nodiscard]] std::string port(std::uint16_t id) const;

    std::map<std::string, std::string> volumes_;  ///< uuid of a part, or NQN -> uuid of the volume
    std::map<std::uint16_t, std::string> ports_;  ///< port id -> uuid of the volume
};

}  // namespace dnvme::daemon
