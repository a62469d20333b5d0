// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/cluster.h"
#include "model/redundancy.h"

/// Arithmetic of sizes: what a volume of some size takes on disks. Pure, 64-bit throughout.
namespace dnvme::model {

inline constexpr std::uint64_t kSector = 512;
inline constexpr std::uint64_t kMiB = 1ULL << 20;
/// Label and alignment of slices: data starts here on every disk.
inline constexpr std::uint64_t kDiskDataOffset = 1 * kMiB;
/// dm-raid superblock and write-intent bitmap at the start of every raid member.
inline constexpr std::uint64_t kRaidMetadata = 4 * kMiB;
inline constexpr std::uint32_t kMaxLegs = 64;
inline constexpr std::uint64_t kMinChunk = 4096;
inline constexpr std::uint64_t kMaxChunk = 1ULL << 30;
inline constexpr std::uint64_t kDefaultChunk = 65536;

/// Limits of dm-thin's blocks, and of how many a leg may have.
inline constexpr std::uint64_t kMinPoolBlock = 65536;
inline constexpr std::uint64_t kMaxPoolBlock = 1ULL << 30;
inline constexpr std::uint64_t kMaxPoolBlocks = 1ULL << 22;
/// Of a leg that has grown: what its metadata, of 4 GiB then, still has room for.
inline constexpr std::uint64_t kMaxGrownPoolBlocks = 1ULL << 26;
/// 4 PiB: more does not fit into the blocks of one thin pool.
inline constexpr std::uint64_t kMaxLeg = kMaxPoolBlock * kMaxPoolBlocks;

/// Limit of md's write-intent bitmap: regions of a leg.
inline constexpr std::uint64_t kMaxRegions = 1ULL << 21;

/// Sizes of one leg, all in bytes.
struct LegLayout {
    std::uint64_t size;           ///< thin volume
    std::uint64_t pool_block;     ///< power of two, 64 KiB or more
    std::uint64_t pool_metadata;  ///< multiple of MiB
    std::uint64_t pool_data;      ///< whole blocks, enough for every block of the thin volume
    std::uint64_t member;         ///< logical disk, with raid metadata where there is raid
                                  ///< and with its share of parity and copies
};

struct VolumeLayout {
    std::uint64_t size;  ///< what the host sees: legs * leg.size, at least what was asked for
    LegLayout leg;
};

/// @p pool_block: of a volume that has one; 0: one with which a leg has at most 2^22 blocks.
/// Errors: invalid (zero size, no leg or more than 64, chunk no power of two or out of range, more
/// than 4 PiB a leg).
Result<VolumeLayout> layout_volume(std::uint64_t size_bytes, std::uint32_t legs,
                                   std::uint64_t chunk_bytes, const Shape& shape,
                                   std::uint64_t pool_block = 0);

/// Bytes in whole blocks.
std::uint64_t whole_blocks(std::uint64_t bytes, std::uint64_t block);
/// What a member must have so that the leg can have its pool.
std::uint64_t member_bytes(const LegLayout& leg, const Shape& shape);
/// What members of that size together hold of data, where there is raid.
std::uint64_t raid_bytes(std::uint64_t member_bytes, const Shape& shape);
/// Bytes of a region of the write-intent bitmap; stays as it was when the leg was made, whatever
/// becomes of its size.
std::uint64_t raid_region(const v1::Leg& leg, v1::Redundancy redundancy);

/// The lowest port_offset that no controller and no member has, those of volumes being deleted
/// included. Errors: no_space (all are taken, or the TCP port on some portal would be beyond
/// 65535).
Result<std::uint32_t> free_port_offset(const Cluster& cluster);

}  // namespace dnvme::model
