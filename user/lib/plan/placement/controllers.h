// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plan/placement/place.h"

namespace dnvme::plan::placement {

/// Nodes for the controllers of a request, each on its own, those with the fewest controllers
/// first; or those that were named. Errors: as place().
Result<std::vector<Controller>> place_controllers(const Inventory& inventory,
                                                  const Request& request);

/// Gives each leg to an active controller: all have equally many, but for one; where that leaves a
/// choice, a controller whose node has a member of the leg.
void share_legs(std::vector<Leg>& legs, const std::vector<Controller>& controllers);

}  // namespace dnvme::plan::placement
