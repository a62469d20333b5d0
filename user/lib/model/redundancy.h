// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "dnvme/v1/records.pb.h"

/// How the members of a leg hold its data. Pure.
namespace dnvme::model {

/// What a stripe puts on one member before it goes on to the next, where a leg stripes.
inline constexpr std::uint64_t kRaidChunk = 64 << 10;

/// Redundancy of a leg, and how many members it has.
struct Shape {
    v1::Redundancy redundancy = v1::REDUNDANCY_NONE;
    std::uint32_t members = 1;

    bool operator==(const Shape&) const = default;
};

/// @p members 0: as many as are usual (none 1, raid1 2, raid5 3, raid6 4, raid10 4).
/// Errors: invalid (a redundancy that this build does not know; a number of members that it cannot
/// have: none 1, raid1 2 to 4, raid5 3 to 16, raid6 4 to 16, raid10 4 to 16 and even).
Result<Shape> make_shape(v1::Redundancy redundancy, std::uint32_t members);

/// Of every leg of a volume. A record without a number of members has the usual one.
Result<Shape> shape_of(const v1::Volume& volume);

/// What a record says for it: 0 where every daemon knows the number anyway (none, raid1 with two).
std::uint32_t recorded_members(const Shape& shape);

/// Members whose sizes add up to the size of the leg; the rest is redundancy.
std::uint32_t data_members(const Shape& shape);

/// dm-raid is part of the stack.
bool has_raid(v1::Redundancy redundancy);
/// Members hold parity (raid5, raid6): what is lost is computed from what is left, which is right
/// only while they fit together.
bool has_parity(v1::Redundancy redundancy);
/// Data is striped over members, in chunks of kRaidChunk.
bool has_stripes(v1::Redundancy redundancy);

/// Whether a leg that runs has all its data while only the members with true are there.
bool survives(v1::Redundancy redundancy, const std::vector<bool>& there);

}  // namespace dnvme::model
