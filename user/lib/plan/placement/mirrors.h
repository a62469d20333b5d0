// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plan/placement/place.h"

namespace dnvme::plan::placement {

/// Orders an even number of members of a raid10 leg so that as few of its mirrors (members 2i and
/// 2i+1) as possible share a site, and then a rack.
void pair_up(const Inventory& inventory, std::vector<Member>& members);

}  // namespace dnvme::plan::placement
