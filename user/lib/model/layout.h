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
/// 4 PiB: more does not fit into the blocks of one thin pool.
inline constexpr std::uint64_t kMaxLeg = kMaxPoolBlock * kMaxPoolBlocks;

/// Sizes of one leg, all in bytes.
struct LegLayout {
    std::uint64_t size;           ///< thin volume
    std::uint64_t pool_block;     ///< power of two, 64 KiB or more; at most 2^22 blocks a leg
    std::uint64_t pool_metadata;  ///< multiple of MiB
    std::uint64_t pool_data;      ///< whole blocks, enough for every block of the thin volume
    std::uint64_t member;         ///< logical disk, with raid metadata where there is raid
                                  ///< and with its share of parity and copies
};

struct VolumeLayout {
    std::uint64_t size;  ///< what the host sees: legs * leg.size, at least what was asked for
    LegLayout leg;
};

/// Errors: invalid (zero size, no leg or more than 64, chunk no power of two or out of range, more
/// than 4 PiB a leg).
Result<VolumeLayout> layout_volume(std::uint64_t size_bytes, std::uint32_t legs,
                                   std::uint64_t chunk_bytes, const Shape& shape);

/// The lowest port_offset that no controller and no member has, those of volumes being deleted
/// included. Errors: no_space (all are taken, or the TCP port on some portal would be beyond
/// 65535).
Result<std::uint32_t> free_port_offset(const Cluster& cluster);

}  // namespace dnvme::model
