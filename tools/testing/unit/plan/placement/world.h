// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>
#include <string>
#include <vector>

#include "plan/placement/inventory.h"
#include "plan/placement/place.h"
#include "plan/placement/rebalance.h"

namespace dnvme::plan::placement {

using Random = std::mt19937_64;

inline constexpr std::uint64_t kMiB = 1ULL << 20;
inline constexpr std::uint64_t kGiB = 1ULL << 30;

/// True once in @p n times.
bool one_in(Random& random, unsigned n);

/// What an inventory is made of.
struct World {
    std::vector<Node> nodes;
    std::vector<Disk> disks;
    std::vector<Slice> slices;

    /// A node with disks "<name>-d0" and so on, of these sizes.
    void add(const std::string& name, const Labels& labels,
             const std::vector<std::uint64_t>& sizes);
    [[nodiscard]] Inventory inventory() const;
    [[nodiscard]] World shuffled(Random& random) const;
};

/// Nodes "s0r0n0" and so on, each with as many equal disks.
struct Grid {
    int sites = 1;
    int racks = 1;  ///< of each site
    int nodes = 1;  ///< of each rack
    int disks = 1;  ///< of each node
    std::uint64_t disk_bytes = 100 * kGiB;
};
World make_grid(const Grid& grid);

/// Up to eight nodes; some without labels, some full, some not usable.
World random_world(Random& random);

/// One that may be possible in such a world, of one leg or of several.
Request random_request(Random& random, bool one_leg);

/// A request for one leg.
Request one_leg(Redundancy redundancy, std::uint32_t members, std::uint64_t bytes);

/// What a member of a placement takes of its disk.
Slice slice_of(const Placement& placement, const Member& member);

/// As the rebalancer wants to see it.
std::vector<PlacedLeg> placed_legs(const std::string& volume, const Placement& placement,
                                   const Request& request);

}  // namespace dnvme::plan::placement
