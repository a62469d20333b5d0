// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "plan/planner.h"

namespace dnvme::plan {

/// What lies between two states of a kernel, not yet in any order. A device or an entry that has to
/// be made anew stands both among what is removed and among what is created.
struct Diff {
    /// What is desired, and what is left alone because its volume is down.
    KernelState wanted;

    std::set<std::string> load_modules;

    // Device-mapper, by dm uuid.
    std::set<std::string> resume_dm;
    std::set<std::string> remove_dm;
    std::set<std::string> create_dm;
    std::set<std::string> reload_dm;
    /// Fronts that have legs now, are to have others or none, and whose volume has standbys: what
    /// they admitted must have landed before any of these has the legs. To the epoch of the fence.
    std::map<std::string, std::uint64_t> fence;

    // nvmet. Subsystems and hosts by NQN, ports by id.
    using Link = std::pair<std::uint16_t, std::string>;       ///< port, subsystem
    using Namespace = std::pair<std::string, std::uint32_t>;  ///< subsystem, NSID
    using Permission = std::pair<std::string, std::string>;   ///< subsystem, host
    std::set<Link> unlink, link;
    std::set<std::uint16_t> remove_ports, create_ports;
    std::set<std::uint16_t> set_access;  ///< ports that stay
    std::set<Namespace> remove_namespaces, create_namespaces;
    std::set<Namespace> announce;  ///< of those that stay: whose hosts do not know their size
    std::set<Permission> disallow, allow;
    std::set<std::string> remove_subsystems, create_subsystems;
    std::set<std::string> remove_hosts, create_hosts;

    std::set<std::string> disconnect, connect;  ///< by NQN
};

/// Pure.
Diff diff(const model::Cluster& cluster, const Desired& desired, const KernelState& actual);

/// The device-mapper half: fills the sets by dm uuid, from @p diff.wanted.
void diff_dm(Diff& diff, const model::Cluster& cluster, const Desired& desired,
             const KernelState& actual);
/// The nvmet half. Needs the device-mapper half: a namespace goes before its device does.
void diff_nvmet(Diff& diff, const model::Cluster& cluster, const KernelState& actual);
/// Connections made as @p node_nqn; those of others are not ours.
void diff_connections(Diff& diff, const std::string& node_nqn, const KernelState& actual);

}  // namespace dnvme::plan
