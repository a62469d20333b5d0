// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "model/layout.h"

/// How volumes grow: what each resize puts where, and how to look at a volume as it was before.
/// Pure. All legs of a volume are resized together, by the same.
namespace dnvme::model {

/// Part of a device, in bytes.
struct Piece {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;

    bool operator==(const Piece&) const = default;
};

/// The pieces of its disk that are a member, in order. Together they have its size.
std::vector<Piece> slices_of(const v1::LogicalDisk& member);

/// @p bytes more for a member: behind its last slice if @p offset is where that ends, else as a
/// further one.
void add_slice(v1::LogicalDisk& member, std::uint64_t offset, std::uint64_t bytes);

/// What a leg takes and has ever taken, the oldest first; the last is what its record says of now.
std::vector<v1::LegSizes> sizes_of(const v1::Leg& leg);

/// How often a volume was resized. Precondition: it has legs.
int resizes_of(const v1::Volume& volume);

/// The volume as it is recorded but for all resizes after the first @p resizes, 0 to resizes_of().
/// Whatever is built from it is part of what is built from the record.
v1::Volume as_of(v1::Volume volume, int resizes);

/// Where the two areas of a leg's thin pool are on the device that the leg is built on.
struct PoolAreas {
    std::vector<Piece> metadata;
    std::vector<Piece> data;
};
PoolAreas pool_areas(const v1::Leg& leg);

/// What the volume takes when hosts see at least @p size_bytes of it. Legs, chunk, redundancy and
/// the blocks of the pools stay. Precondition: a volume that can be built.
/// Errors: invalid (no larger than it is, or larger than it can become: it was resized 100 times,
/// or a leg has more than 4 PiB, 2^26 blocks or 2^21 regions of the write-intent bitmap).
Result<VolumeLayout> layout_grown(const v1::Volume& volume, std::uint64_t size_bytes);

}  // namespace dnvme::model
