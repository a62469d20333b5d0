// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "world.h"

/// What is possible at all, found by trying everything and sharing no code with what is tested.
namespace dnvme::plan::placement {

/// Pairs that share a site, and pairs that share a rack; the fewer the better, sites first.
using Pairs = std::tuple<int, int>;

/// Of nodes by name.
Pairs pairs_of(const World& world, const std::vector<std::string>& nodes);

/// All sets of so many of these nodes that have the fewest.
std::vector<std::vector<std::string>> best_spread(const World& world,
                                                  const std::vector<std::string>& nodes,
                                                  std::size_t count);
/// The fewest that so many of these nodes can have; nothing if there are not so many.
std::optional<Pairs> fewest_pairs(const World& world, const std::vector<std::string>& nodes,
                                  std::size_t count);

/// Slices with a key on these nodes.
int slices_of_key(const World& world, const std::vector<std::string>& nodes,
                  const std::string& key);

/// How many more slices of a size each node can take, by index in world.nodes; 0 where the request
/// does not want to be.
std::vector<std::uint64_t> room(const World& world, const Request& request);

/// Whether all legs can have their members in different units, each of which has room for so many.
bool is_possible(const std::vector<std::uint64_t>& room, std::uint32_t legs, std::uint32_t members);

/// The same room by site.
std::vector<std::uint64_t> room_of_sites(const World& world,
                                         const std::vector<std::uint64_t>& room);

}  // namespace dnvme::plan::placement
