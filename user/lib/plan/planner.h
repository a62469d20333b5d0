// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/cluster.h"
#include "plan/action.h"
#include "plan/heads.h"
#include "plan/kernel_state.h"

namespace dnvme::plan {

/// Knobs of the daemon that shape what it builds.
struct Settings {
    std::string node;               ///< name of this node
    std::uint16_t port_id = 1;      ///< first nvmet port id to use, see model::nvmet_port_id()
    std::uint32_t drain_ms = 3000;  ///< bound of a gate's drain
};

/// What the store wants of this node's kernel, plus what is only done on the way there.
struct Desired {
    KernelState kernel;
    /// Legs that must be wiped and built anew: leg uuid -> volume uuid.
    std::map<std::string, std::string> unformatted;
    /// Uuid -> why this volume cannot be built now, e.g. "waits for disk d2 on node n1". Nothing
    /// of it is desired, but what is there of it is left alone (it may come back at any moment, or
    /// serve degraded) except that hosts no longer attached lose it.
    std::map<std::string, std::string> down;
    std::uint32_t drain_ms = 0;  ///< as in Settings
};

/// Pure. @p disks: uuids of the disks whose label was found on this node. @p paths: devices of the
/// paths of heads.
Desired build_desired(const model::Cluster& cluster, const std::set<std::string>& disks,
                      const Settings& settings, const PathDevices& paths = {});

/// Pure: the whole pipeline diff -> order. The actions in an order in which each finds what it
/// needs: cut before remove, holders before what they hold, wipe before assembly, export last.
std::vector<Action> make_plan(const model::Cluster& cluster, const Desired& desired,
                              const KernelState& actual);

/// Pure: refuses a plan that would hurt, e.g. removes a device that somebody outside the plan has
/// open, or touches a device that is not ours.
Status check_plan(const std::vector<Action>& plan, const KernelState& actual);

}  // namespace dnvme::plan
