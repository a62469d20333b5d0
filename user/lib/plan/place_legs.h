// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "model/cluster.h"
#include "model/layout.h"
#include "plan/placement/free_space.h"

/// From the records of a cluster to plan/placement, and back. Pure but for the uuids that it makes.
namespace dnvme::plan {

/// Disks of the members of each leg, by name; empty: none were chosen by hand.
using Pins = std::vector<std::vector<std::string>>;

/// Where somebody wants a member to be. Numbers count from 0.
struct Pin {
    std::uint32_t leg = 0;
    std::uint32_t member = 0;
    std::string disk;  ///< its name
};

/// Errors: invalid (a leg or member that there is not, a member twice, or not all of them).
Result<Pins> make_pins(const std::vector<Pin>& pins, std::uint32_t legs, std::uint32_t members);

/// New legs that need a place.
struct LegsWanted {
    std::uint32_t legs = 1;
    model::Shape shape;
    model::LegLayout layout;
    v1::PlacementRules rules;
    Pins pins;
};

struct PlacedLegs {
    std::vector<v1::Leg> legs;
    /// Where each member goes, and why it shares a rack or a site with another; one sentence each.
    std::vector<std::string> notes;
};

/// Members of a leg are on different disks, and on different nodes where there are enough.
/// @p cluster: disks that may be used, and all volumes. Errors: as placement::place().
Result<PlacedLegs> place_legs(const model::Cluster& cluster, const LegsWanted& wanted);

/// What of a disk no slice of @p cluster uses.
placement::FreeSpace free_space(const model::Cluster& cluster, const v1::Disk& disk);
/// Its bytes.
std::uint64_t free_bytes(const model::Cluster& cluster, const v1::Disk& disk);

}  // namespace dnvme::plan
