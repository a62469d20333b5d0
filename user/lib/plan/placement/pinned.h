// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plan/placement/place.h"

/// Places that were chosen by hand: verified, none added.
namespace dnvme::plan::placement {

/// Errors: not_found, invalid (a rule is broken), no_space; each names the leg, the member and the
/// disk. Precondition: check(request) and as many pins as members.
Result<std::vector<Leg>> verify_disks(const Inventory& inventory, const Request& request);

/// Errors: not_found, invalid; each names the controller and the node.
Result<std::vector<Controller>> verify_nodes(const Inventory& inventory, const Request& request);

}  // namespace dnvme::plan::placement
