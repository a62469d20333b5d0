// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "plan/placement/inventory.h"
#include "plan/placement/request.h"

/// Where a volume goes. Specified in Documentation/design/placement.rst. Pure.
namespace dnvme::plan::placement {

/// What fails as one, the smallest first. No two members of a leg share a disk.
enum class Domain { node, rack, site };

/// A domain that could not be had for one member or controller alone.
struct Sharing {
    Domain domain = Domain::node;  ///< the smallest that is known to be shared
    std::string with;              ///< node of one that was there before
    std::string reason;            ///< "shares rack=7 with n1: ..."
};

struct Member {
    std::string disk;
    std::string node;
    std::uint64_t offset_bytes = 0;
    std::optional<Sharing> sharing;
};

struct Leg {
    /// With raid10 the members 2i and 2i+1 have the same data.
    std::vector<Member> members;
    std::uint32_t owner = 0;  ///< index of an active controller
};

struct Controller {
    std::string node;
    bool active = true;
    std::optional<Sharing> sharing;
};

struct Placement {
    std::vector<Leg> legs;
    std::vector<Controller> controllers;  ///< actives first
    std::uint64_t member_bytes = 0;       ///< as in the request
    std::string anti_affinity;            ///< as in the request
};

/// The same answer for the same content of the inventory, whichever way it came about.
/// Errors: invalid (see check(Request); pins that break a rule), not_found (a pin), precondition
/// (too few nodes match), no_space (those that match are too full). Each says which leg or pin it
/// was, and what is missing.
Result<Placement> place(const Inventory& inventory, const Request& request);

/// Counts a placement in. Errors: as Inventory::take(); then nothing is changed.
Status take(Inventory& inventory, const Placement& placement);
/// Precondition: it was taken.
void give_back(Inventory& inventory, const Placement& placement);

}  // namespace dnvme::plan::placement
