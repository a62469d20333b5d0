// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan/placement/inventory.h"

namespace dnvme::bench {

inline constexpr std::uint64_t kGiB = 1ULL << 30;

/// So many nodes in racks of 20 and two sites, each with four disks, and a hundred volumes counted
/// in for each node. Made once.
const plan::placement::Inventory& cluster(std::size_t nodes);

}  // namespace dnvme::bench
