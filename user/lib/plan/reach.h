// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "model/cluster.h"
#include "model/names.h"
#include "model/places.h"
#include "plan/kernel_state.h"

namespace dnvme::plan {

/// What a node reaches of the members of its volumes, and how they are built there. Pure. Refers to
/// what it is made of.
class Reach {
  public:
    /// @p disks: uuids of the disks whose label was found on @p node.
    Reach(const model::Cluster& cluster, const std::set<std::string>& disks, std::string node,
          const KernelState& actual);

    [[nodiscard]] const model::Places& places() const { return places_; }
    [[nodiscard]] const KernelState& actual() const { return actual_; }
    /// NQN as which the node connects; empty: the store does not know it.
    [[nodiscard]] const std::string& node_nqn() const { return node_nqn_; }

    /// What is missing before the member can be used, such as "disk d2 on node n1", "a connection
    /// to disk d2 on node n1" or "the receipt of disk d2 on node n1"; empty if it is there. The
    /// kernel mends a connection that broke; until then nobody knows what is at its other end.
    [[nodiscard]] std::string why_absent(const v1::LogicalDisk& member) const;
    [[nodiscard]] bool is_there(const v1::LogicalDisk& member) const {
        return why_absent(member).empty();
    }
    /// What can be used of a member by now, in bytes: what the other node exports, what is built of
    /// one that is away, all of one that is here.
    [[nodiscard]] std::uint64_t size_there(const v1::LogicalDisk& member) const;
    [[nodiscard]] bool has_grown(const v1::LogicalDisk& member) const {
        return size_there(member) >= member.size_bytes();
    }
    /// "disk d2 on node n1"
    [[nodiscard]] std::string where(const v1::LogicalDisk& member) const;

    /// Whether a leg with redundancy is built as a whole: it may be serving.
    [[nodiscard]] bool runs(const v1::Leg& leg) const;
    /// Whether its array, running or not built upon yet, has the member in its table.
    [[nodiscard]] bool is_in_array(const v1::Leg& leg, const v1::LogicalDisk& member) const {
        return is_below(model::DmKind::raid, leg, member);
    }
    /// Whether the gate of the leg probes it, so that the leg does not outlive it (L5).
    [[nodiscard]] bool is_probed(const v1::Leg& leg, const v1::LogicalDisk& member) const {
        return is_below(model::DmKind::leg, leg, member);
    }
    /// Whether a member gate holds, or has failed, what it got: DNVME_STATE_*.
    [[nodiscard]] bool has_gate(const v1::LogicalDisk& member, char state) const;
    /// Of the array of a leg; null if there is none.
    [[nodiscard]] const RaidHealth* raid(const v1::Leg& leg) const;

  private:
    [[nodiscard]] bool is_connected(const v1::LogicalDisk& member) const;
    /// Whether the table of this device of the leg names the member.
    [[nodiscard]] bool is_below(model::DmKind kind, const v1::Leg& leg,
                                const v1::LogicalDisk& member) const;

    const model::Places places_;
    std::set<std::string> unfenced_;  ///< members that an owner before may still write to
    const std::set<std::string>& found_;
    const std::string node_;
    const KernelState& actual_;
    std::string node_nqn_;
};

}  // namespace dnvme::plan
