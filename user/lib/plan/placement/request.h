// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "plan/placement/selector.h"

namespace dnvme::plan::placement {

inline constexpr std::uint32_t kMaxLegs = 64;
inline constexpr std::uint32_t kMaxMembers = 32;
inline constexpr std::uint32_t kMaxActives = 16;
inline constexpr std::uint32_t kMaxStandbys = 4;

enum class Redundancy { none, raid1, raid5, raid6, raid10 };

/// A volume that needs a place.
struct Request {
    std::uint32_t legs = 1;  ///< 1 to 64
    Redundancy redundancy = Redundancy::none;
    /// Of each leg: none 1, raid1 from 2, raid5 from 3, raid6 from 4, raid10 from 4 and even; at
    /// most 32.
    std::uint32_t members = 1;
    std::uint64_t member_bytes = 0;  ///< of each member, in one piece; at least 1
    std::uint32_t actives = 1;       ///< controllers, 1 to 16
    std::uint32_t standbys = 0;      ///< more controllers, 0 to 4

    Selector members_on;
    Selector controllers_on;
    /// Volumes with the same key avoid each other's nodes where possible; empty: none.
    std::string anti_affinity;
    /// Members of a leg may share a node, never a disk, where that cannot be avoided.
    bool share_nodes = false;

    /// Disks by leg and member, chosen by hand: all or none.
    std::vector<std::vector<std::string>> pinned_disks;
    /// Nodes of the controllers, actives first, chosen by hand: all or none.
    std::vector<std::string> pinned_nodes;
};

/// "raid10".
const char* to_string(Redundancy redundancy);

/// Errors: invalid (a number out of its range; pins that are not as many as legs, members and
/// controllers).
Status check(const Request& request);

}  // namespace dnvme::plan::placement
