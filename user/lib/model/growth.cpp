// SPDX-License-Identifier: Apache-2.0
#include "model/growth.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/size.h"

namespace dnvme::model {
namespace {

/// Every resize makes tables longer.
constexpr int kMaxResizes = 100;

std::uint64_t first_slice_bytes(const v1::LogicalDisk& member) {
    std::uint64_t bytes = member.size_bytes();
    for (const v1::Slice& slice : member.further_slices())
        bytes -= slice.size_bytes();
    return bytes;
}

/// Gives up what is behind @p bytes.
void cut(v1::LogicalDisk& member, std::uint64_t bytes) {
    std::uint64_t left = bytes - std::min(bytes, first_slice_bytes(member));
    google::protobuf::RepeatedPtrField<v1::Slice> kept;
    for (const v1::Slice& slice : member.further_slices()) {
        const std::uint64_t size = std::min(left, slice.size_bytes());
        if (size == 0)
            break;
        v1::Slice& part = *kept.Add() = slice;
        part.set_size_bytes(size);
        left -= size;
    }
    *member.mutable_further_slices() = std::move(kept);
    member.set_size_bytes(bytes);
}

void set_sizes(v1::Leg& leg, const v1::LegSizes& sizes) {
    leg.set_size_bytes(sizes.size_bytes());
    leg.set_pool_metadata_bytes(sizes.pool_metadata_bytes());
    for (v1::LogicalDisk& member : *leg.mutable_members())
        cut(member, sizes.member_bytes());
}

void add_piece(std::vector<Piece>& pieces, Piece piece) {
    if (!pieces.empty() && pieces.back().offset + pieces.back().size == piece.offset)
        pieces.back().size += piece.size;
    else if (piece.size != 0)
        pieces.push_back(piece);
}

tl::unexpected<Error> too_large(const std::string& why) {
    return fail(Code::invalid, why + ": make a new volume of that size");
}

Status check_larger(const v1::Volume& volume, const VolumeLayout& layout) {
    if (layout.size > volume.size_bytes())
        return {};
    if (layout.size == volume.size_bytes())
        return fail(Code::invalid, fmt::format("it has {} already", format_size(layout.size)));
    return fail(Code::invalid,
                fmt::format("it has {} and cannot shrink to {}: what hosts keep behind the new end "
                            "would be lost",
                            format_size(volume.size_bytes()), format_size(layout.size)));
}

/// The first size of a leg decides about both limits.
Status check_limits(const v1::Volume& volume, const LegLayout& leg) {
    if (resizes_of(volume) >= kMaxResizes)
        return too_large(fmt::format("it was resized {} times, which is the most", kMaxResizes));
    const std::uint64_t most = kMaxGrownPoolBlocks * leg.pool_block;
    if (leg.pool_data > most)
        return too_large(fmt::format("its legs have pool blocks of {} and hold {} each at most",
                                     format_size(leg.pool_block), format_size(most)));
    const std::uint64_t regions = kMaxRegions * raid_region(volume.legs(0), volume.redundancy());
    if (has_raid(volume.redundancy()) && raid_bytes(leg.member, *shape_of(volume)) > regions)
        return too_large(fmt::format("the write-intent bitmap of its legs is for {} each at most",
                                     format_size(regions)));
    return {};
}

}  // namespace

std::vector<Piece> slices_of(const v1::LogicalDisk& member) {
    std::vector<Piece> slices{{member.offset_bytes(), first_slice_bytes(member)}};
    for (const v1::Slice& slice : member.further_slices())
        slices.push_back({slice.offset_bytes(), slice.size_bytes()});
    return slices;
}

void add_slice(v1::LogicalDisk& member, std::uint64_t offset, std::uint64_t bytes) {
    const Piece last = slices_of(member).back();
    member.set_size_bytes(member.size_bytes() + bytes);
    const bool behind = last.offset + last.size == offset;
    if (behind && member.further_slices().empty())
        return;
    v1::Slice& slice =
        behind ? *member.mutable_further_slices()->rbegin() : *member.add_further_slices();
    slice.set_offset_bytes(behind ? last.offset : offset);
    slice.set_size_bytes((behind ? last.size : 0) + bytes);
}

std::vector<v1::LegSizes> sizes_of(const v1::Leg& leg) {
    std::vector<v1::LegSizes> sizes(leg.earlier().begin(), leg.earlier().end());
    v1::LegSizes now;
    now.set_size_bytes(leg.size_bytes());
    now.set_pool_metadata_bytes(leg.pool_metadata_bytes());
    now.set_member_bytes(leg.members(0).size_bytes());
    sizes.push_back(std::move(now));
    return sizes;
}

int resizes_of(const v1::Volume& volume) {
    return volume.legs(0).earlier_size();
}

v1::Volume as_of(v1::Volume volume, int resizes) {
    if (resizes == resizes_of(volume))
        return volume;
    for (v1::Leg& leg : *volume.mutable_legs()) {
        set_sizes(leg, leg.earlier(resizes));
        leg.mutable_earlier()->DeleteSubrange(resizes, leg.earlier_size() - resizes);
    }
    volume.set_size_bytes(volume.legs(0).size_bytes() *
                          static_cast<std::uint64_t>(volume.legs_size()));
    return volume;
}

PoolAreas pool_areas(const v1::Leg& leg) {
    PoolAreas areas;
    std::uint64_t metadata = 0;
    std::uint64_t data = 0;
    for (const v1::LegSizes& sizes : sizes_of(leg)) {
        const std::uint64_t end = metadata + data;
        const std::uint64_t more = sizes.pool_metadata_bytes() - metadata;
        const std::uint64_t blocks = whole_blocks(sizes.size_bytes(), leg.pool_block_bytes());
        add_piece(areas.metadata, {end, more});
        add_piece(areas.data, {end + more, blocks - data});
        metadata = sizes.pool_metadata_bytes();
        data = blocks;
    }
    return areas;
}

Result<VolumeLayout> layout_grown(const v1::Volume& volume, std::uint64_t size_bytes) {
    const v1::Leg& old = volume.legs(0);
    auto layout = layout_volume(size_bytes, static_cast<std::uint32_t>(volume.legs_size()),
                                volume.chunk_bytes(), *shape_of(volume), old.pool_block_bytes());
    if (!layout)
        return layout;
    if (Status larger = check_larger(volume, *layout); !larger)
        return pass(larger.error());
    if (Status possible = check_limits(volume, layout->leg); !possible)
        return pass(possible.error());
    // A record may be of a dnvmed that set aside more.
    LegLayout& leg = layout->leg;
    leg.pool_metadata = std::max(leg.pool_metadata, old.pool_metadata_bytes());
    leg.member = std::max(member_bytes(leg, *shape_of(volume)), old.members(0).size_bytes());
    return layout;
}

}  // namespace dnvme::model
