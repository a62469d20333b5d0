// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "world.h"

namespace dnvme::plan::placement {

/// Expects that a placement breaks no rule: members and controllers as many as asked for, each leg
/// on different nodes that match, no slice beyond its disk or over another one.
void expect_allowed(const World& world, const Request& request, const Placement& placement);

/// The world with the placement's slices.
World with(World world, const Placement& placement);

/// Nodes of a leg or of the controllers.
std::vector<std::string> nodes_of(const Leg& leg);
std::vector<std::string> nodes_of(const std::vector<Controller>& controllers);

}  // namespace dnvme::plan::placement
