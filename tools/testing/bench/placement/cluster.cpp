// SPDX-License-Identifier: Apache-2.0
#include "cluster.h"

#include <map>
#include <stdexcept>

#include <fmt/format.h>

#include "plan/placement/place.h"

namespace dnvme::bench {
namespace {

namespace placement = plan::placement;

constexpr std::size_t kNodesOfARack = 20;
constexpr int kDisks = 4;
constexpr std::uint64_t kDiskBytes = 8192 * kGiB;
constexpr std::size_t kVolumesOfANode = 100;

void demand(const Status& status) {
    if (!status)
        throw std::logic_error(status.error().message());
}

void add_node(placement::Inventory& inventory, std::size_t number) {
    const std::string name = fmt::format("n{:04}", number);
    const std::size_t rack = number / kNodesOfARack;
    demand(inventory.add(placement::Node{.name = name,
                                         .labels = {{"site", rack % 2 == 0 ? "a" : "b"},
                                                    {"rack", std::to_string(rack)},
                                                    {"tier", number % 2 == 0 ? "fast" : "slow"}}}));
    for (int disk = 0; disk < kDisks; disk++)
        demand(inventory.add(
            placement::Disk{fmt::format("{}d{}", name, disk), name, {0, kDiskBytes}}));
}

/// Sizes differ, so that disks do, too.
void add_volume(placement::Inventory& inventory, std::size_t number) {
    placement::Request request;
    request.redundancy = placement::Redundancy::raid1;
    request.members = 2;
    request.member_bytes = (10 + number % 7 * 10) * kGiB;
    request.standbys = 1;
    request.anti_affinity = number % 10 == 0 ? fmt::format("k{}", number % 1000) : "";
    const auto placed = placement::place(inventory, request);
    if (!placed)
        throw std::logic_error(placed.error().message());
    demand(placement::take(inventory, *placed));
}

placement::Inventory make(std::size_t nodes) {
    placement::Inventory inventory;
    for (std::size_t number = 0; number < nodes; number++)
        add_node(inventory, number);
    for (std::size_t number = 0; number < nodes * kVolumesOfANode; number++)
        add_volume(inventory, number);
    return inventory;
}

}  // namespace

const placement::Inventory& cluster(std::size_t nodes) {
    static std::map<std::size_t, placement::Inventory> made;
    const auto found = made.find(nodes);
    return found == made.end() ? made.emplace(nodes, make(nodes)).first->second : found->second;
}

}  // namespace dnvme::bench
