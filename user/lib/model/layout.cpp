// SPDX-License-Identifier: Apache-2.0
#include "model/layout.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "base/size.h"

namespace dnvme::model {
namespace {

/// Metadata that dm-thin needs beside its mappings: superblock, space maps, room for the copies
/// that a transaction makes.
constexpr std::uint64_t kPoolMetadataBase = 4 * kMiB;
/// A mapping takes 16 bytes; nodes of the tree may be half full, and every block is counted.
constexpr std::uint64_t kPoolMetadataPerBlock = 64;
/// The smallest region of a write-intent bitmap that is worth its writes.
constexpr std::uint64_t kMinRegion = 4 * kMiB;

std::uint64_t divide_up(std::uint64_t value, std::uint64_t divisor) {
    return value / divisor + (value % divisor != 0 ? 1 : 0);
}

std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) {
    return divide_up(value, unit) * unit;
}

Status check_shape(std::uint64_t size_bytes, std::uint32_t legs, std::uint64_t chunk_bytes) {
    if (size_bytes == 0)
        return fail(Code::invalid, "size 0 is too small: a volume has at least one byte");
    if (legs == 0 || legs > kMaxLegs)
        return fail(Code::invalid,
                    fmt::format("{} legs are not possible: expected 1 to {}", legs, kMaxLegs));
    if (!std::has_single_bit(chunk_bytes) || chunk_bytes < kMinChunk || chunk_bytes > kMaxChunk)
        return fail(Code::invalid,
                    fmt::format("a chunk of {} bytes is not possible: expected a power of two from "
                                "{} to {}",
                                chunk_bytes, format_size(kMinChunk), format_size(kMaxChunk)));
    if (divide_up(size_bytes, legs) > kMaxLeg)
        return fail(Code::invalid,
                    fmt::format("{} on {} legs is too large: a leg holds at most {}",
                                format_size(size_bytes), legs, format_size(kMaxLeg)));
    return {};
}

std::uint64_t pool_block_for(std::uint64_t leg_bytes) {
    return std::max(kMinPoolBlock, std::bit_ceil(divide_up(leg_bytes, kMaxPoolBlocks)));
}

LegLayout layout_leg(std::uint64_t leg_bytes, const Shape& shape, std::uint64_t pool_block) {
    LegLayout leg{};
    leg.size = leg_bytes;
    leg.pool_block = pool_block == 0 ? pool_block_for(leg_bytes) : pool_block;
    const std::uint64_t blocks = divide_up(leg_bytes, leg.pool_block);
    leg.pool_metadata = round_up(kPoolMetadataBase + blocks * kPoolMetadataPerBlock, kMiB);
    leg.pool_data = blocks * leg.pool_block;
    leg.member = member_bytes(leg, shape);
    return leg;
}

}  // namespace

std::uint64_t whole_blocks(std::uint64_t bytes, std::uint64_t block) {
    return round_up(bytes, block);
}

std::uint64_t member_bytes(const LegLayout& leg, const Shape& shape) {
    const std::uint64_t data =
        round_up(divide_up(leg.pool_metadata + leg.pool_data, data_members(shape)), kMiB);
    return has_raid(shape.redundancy) ? data + kRaidMetadata : data;
}

std::uint64_t raid_bytes(std::uint64_t member_bytes, const Shape& shape) {
    return (member_bytes - kRaidMetadata) * data_members(shape);
}

std::uint64_t raid_region(const v1::Leg& leg, v1::Redundancy redundancy) {
    const std::uint64_t first =
        leg.earlier().empty() ? leg.members(0).size_bytes() : leg.earlier(0).member_bytes();
    const std::uint64_t bytes = raid_bytes(
        first,
        {.redundancy = redundancy, .members = static_cast<std::uint32_t>(leg.members_size())});
    return std::max(kMinRegion, std::bit_ceil(divide_up(bytes, kMaxRegions)));
}

Result<VolumeLayout> layout_volume(std::uint64_t size_bytes, std::uint32_t legs,
                                   std::uint64_t chunk_bytes, const Shape& shape,
                                   std::uint64_t pool_block) {
    if (Status shape = check_shape(size_bytes, legs, chunk_bytes); !shape)
        return pass(shape.error());
    // Both are powers of two, so the larger is a multiple of the other.
    const std::uint64_t unit = std::max(chunk_bytes, kMiB);
    const LegLayout leg =
        layout_leg(round_up(divide_up(size_bytes, legs), unit), shape, pool_block);
    return VolumeLayout{.size = legs * leg.size, .leg = leg};
}

}  // namespace dnvme::model
