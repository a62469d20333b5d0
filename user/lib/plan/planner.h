// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/cluster.h"
#include "plan/action.h"
#include "plan/heads.h"
#include "plan/kernel_state.h"
#include "plan/members.h"

namespace dnvme::plan {

/// Knobs of the daemon that shape what it builds.
struct Settings {
    std::string node;               ///< name of this node
    std::uint16_t port_id = 1;      ///< first nvmet port id to use, see model::nvmet_port_id()
    std::uint32_t drain_ms = 3000;  ///< bound of a gate's drain
    /// How long a leg that does not run waits for a member before it starts without it, if its
    /// redundancy allows that.
    std::chrono::milliseconds patience{30000};
};

/// What the store wants of this node's kernel, plus what is only done on the way there.
struct Desired {
    KernelState kernel;
    /// Legs that must be wiped and built anew: leg uuid -> volume uuid.
    std::map<std::string, std::string> unformatted;
    /// Uuid -> why this volume cannot be built now, e.g. "waits for disk d2 on node n1", or goes on
    /// only when a member that holds I/O has answered. Nothing
    /// of it is desired but connections to its members on other nodes and exports of those that are
    /// here; what else is there of it is left alone (it may come back at any moment, or serve
    /// degraded) except that hosts no longer attached lose it.
    std::map<std::string, std::string> down;
    /// Volume uuid -> what keeps it from having all of its size, e.g. "waits until its members have
    /// grown: disk d2 on node n2". It serves, with the size that it had before.
    std::map<std::string, std::string> growing;
    /// Volume uuid -> what it lacks of members that are recorded in-sync, e.g. "waits for disk d2
    /// on node n1". It may serve all the same.
    std::map<std::string, std::string> lacking;
    /// Members on this node's disks, by the dm uuid of their gates, that an owner before may still
    /// write to: nothing of them is desired but the slice, and when gate and export are gone behind
    /// the receipt, that is recorded.
    std::map<std::string, RecordReceipt> fence;
    /// Volumes whose owner was a controller of this node: when nothing of their legs is left here,
    /// that is recorded.
    std::vector<RecordLetGo> let_go;
    /// Volumes that this node serves since the owner changed, which is yet to be recorded.
    std::vector<RecordServed> served;
    /// Uuids of volumes and heads being deleted whose records go once this node has nothing of them
    /// any more: those of its own controllers. Logical disks stay exported until then.
    std::set<std::string> forget;
    std::string node_nqn;        ///< as whom this node connects; empty: the store does not know it
    std::uint32_t drain_ms = 0;  ///< as in Settings
};

/// Pure. This node's part only: the whole of the volumes whose owner it has, but for members on
/// other nodes, to which it connects; of other volumes the members on its disks, which it exports
/// to the owner's node, and the standbys that it has.
/// @p disks: uuids of the disks whose label was found on this node. @p paths: devices of the paths
/// of heads. @p actual: as it is; whose members are to be used depends on what can be reached and
/// on which legs run.
Desired build_desired(const model::Cluster& cluster, const std::set<std::string>& disks,
                      const Settings& settings, const PathDevices& paths = {},
                      const KernelState& actual = {});

/// Pure: the whole pipeline diff -> order. The actions in an order in which each finds what it
/// needs: cut before remove, holders before what they hold, wipe before assembly, export last.
/// @p decisions: what @p cluster has beyond what the store holds; its records come first of all.
std::vector<Action> make_plan(const model::Cluster& cluster, const Desired& desired,
                              const KernelState& actual, const MemberDecisions& decisions = {});

/// Pure: refuses a plan that would hurt, e.g. removes a device that somebody outside the plan has
/// open, or touches a device that is not ours.
Status check_plan(const std::vector<Action>& plan, const KernelState& actual);

}  // namespace dnvme::plan
