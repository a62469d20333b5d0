// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "plan/placement/inventory.h"
#include "plan/placement/request.h"

namespace dnvme::plan::placement {

/// A leg that has its place, counted in the inventory.
struct PlacedLeg {
    std::string name;  ///< any, unique; comes back in the moves
    Redundancy redundancy = Redundancy::none;
    std::vector<Slice> members;
    Selector members_on;
    bool pinned = false;  ///< by hand: is not moved
};

/// One member of a leg to be rebuilt elsewhere.
struct Move {
    std::string leg;
    std::uint32_t member = 0;  ///< index
    std::string from;          ///< disk
    std::string to;            ///< disk of the node that joined
    Extent extent;             ///< on @c to
};

/// What to move to a node that joined, from the fullest disks first, the largest pieces first.
///
/// The moves are at most @p max_moves and together at most what the node lacks of its fair share:
/// it gets no fuller than all usable nodes together are. Of a leg one member moves at most. Each
/// move makes the use of disks more even, keeps all that the labels, the key and the redundancy ask
/// for, and has no member share a site, a rack or a node with more others than before. Pure.
///
/// Nodes that are not usable get nothing and give nothing. Errors: not_found (a node or disk),
/// conflict (the inventory has not what a leg is said to have).
Result<std::vector<Move>> rebalance(const Inventory& inventory, const std::vector<PlacedLeg>& legs,
                                    const std::string& node, std::uint32_t max_moves);

}  // namespace dnvme::plan::placement
