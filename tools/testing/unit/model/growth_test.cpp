// SPDX-License-Identifier: Apache-2.0
#include "model/growth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dnvme::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint64_t kGiB = 1ULL << 30;

v1::Volume volume_of(std::uint64_t size, std::uint32_t legs, Shape shape) {
    const auto layout = layout_volume(size, legs, kDefaultChunk, shape);
    v1::Volume volume;
    volume.set_size_bytes(layout->size);
    volume.set_chunk_bytes(kDefaultChunk);
    volume.set_redundancy(shape.redundancy);
    volume.set_members(recorded_members(shape));
    for (std::uint32_t l = 0; l < legs; l++) {
        v1::Leg& leg = *volume.add_legs();
        leg.set_size_bytes(layout->leg.size);
        leg.set_pool_metadata_bytes(layout->leg.pool_metadata);
        leg.set_pool_block_bytes(layout->leg.pool_block);
        for (std::uint32_t m = 0; m < shape.members; m++) {
            v1::LogicalDisk& member = *leg.add_members();
            member.set_offset_bytes(kMiB);
            member.set_size_bytes(layout->leg.member);
        }
    }
    return volume;
}

/// As if there were room directly behind every member.
void resize(v1::Volume& volume, const VolumeLayout& layout) {
    for (v1::Leg& leg : *volume.mutable_legs()) {
        *leg.add_earlier() = sizes_of(leg).back();
        leg.set_size_bytes(layout.leg.size);
        leg.set_pool_metadata_bytes(layout.leg.pool_metadata);
        for (v1::LogicalDisk& member : *leg.mutable_members()) {
            const Piece last = slices_of(member).back();
            add_slice(member, last.offset + last.size, layout.leg.member - member.size_bytes());
        }
    }
    volume.set_size_bytes(layout.size);
}

TEST(Growth, SlicesJoinWhereTheyTouch) {
    v1::LogicalDisk member;
    member.set_offset_bytes(10);
    member.set_size_bytes(5);
    add_slice(member, 15, 5);
    EXPECT_THAT(slices_of(member), ElementsAre(Piece{10, 10}));
    add_slice(member, 40, 5);
    add_slice(member, 45, 5);
    EXPECT_THAT(slices_of(member), ElementsAre(Piece{10, 10}, Piece{40, 10}));
    add_slice(member, 2, 1);
    EXPECT_THAT(slices_of(member), ElementsAre(Piece{10, 10}, Piece{40, 10}, Piece{2, 1}));
    EXPECT_EQ(member.size_bytes(), 21U);
}

/// However it is cut, what is left is the beginning of what was there.
TEST(Growth, AVolumeAsOfAnEarlierTimeIsTheOneThatWasThere) {
    v1::Volume volume = volume_of(10 * kGiB, 2, {v1::REDUNDANCY_RAID1, 2});
    std::vector<v1::Volume> history{volume};
    for (int i = 0; i < 5; i++) {
        resize(volume, layout_grown(volume, volume.size_bytes() + kGiB).value());
        if (i % 2 == 0) {
            // The disk of member 0 has a hole somewhere.
            v1::LogicalDisk& member = *volume.mutable_legs(0)->mutable_members(0);
            v1::LogicalDisk moved = history.back().legs(0).members(0);
            add_slice(moved, static_cast<std::uint64_t>(i + 1) * 100 * kGiB,
                      member.size_bytes() - moved.size_bytes());
            member = moved;
        }
        history.push_back(volume);
    }
    ASSERT_EQ(resizes_of(volume), 5);
    for (int i = 0; i <= 5; i++) {
        EXPECT_EQ(as_of(volume, i).SerializeAsString(),
                  history[static_cast<std::size_t>(i)].SerializeAsString())
            << i;
    }
}

std::uint64_t total(const std::vector<Piece>& pieces) {
    std::uint64_t bytes = 0;
    for (const Piece& piece : pieces)
        bytes += piece.size;
    return bytes;
}

bool overlap(const Piece& a, const Piece& b) {
    return a.offset < b.offset + b.size && b.offset < a.offset + a.size;
}

/// Whatever the redundancy: areas are disjoint, fit on the members and hold every block.
TEST(Growth, AreasFitWhateverTheShape) {
    const Shape shapes[] = {{v1::REDUNDANCY_NONE, 1},   {v1::REDUNDANCY_RAID1, 2},
                            {v1::REDUNDANCY_RAID1, 4},  {v1::REDUNDANCY_RAID5, 3},
                            {v1::REDUNDANCY_RAID5, 16}, {v1::REDUNDANCY_RAID6, 5},
                            {v1::REDUNDANCY_RAID10, 6}};
    for (const Shape& shape : shapes) {
        for (const std::uint32_t legs : {1U, 3U}) {
            v1::Volume volume = volume_of(5 * kGiB, legs, shape);
            for (const std::uint64_t more : {1 * kGiB, 3 * kMiB, 1000 * kGiB, 777 * kMiB}) {
                const auto layout = layout_grown(volume, volume.size_bytes() + more);
                ASSERT_TRUE(layout) << layout.error().message();
                resize(volume, *layout);
                const v1::Leg& leg = volume.legs(0);
                const PoolAreas areas = pool_areas(leg);
                EXPECT_EQ(total(areas.metadata), leg.pool_metadata_bytes());
                EXPECT_GE(total(areas.data), leg.size_bytes());
                EXPECT_EQ(total(areas.data) % leg.pool_block_bytes(), 0U);
                EXPECT_EQ(volume.size_bytes(), leg.size_bytes() * legs);
                std::vector<Piece> all = areas.metadata;
                all.insert(all.end(), areas.data.begin(), areas.data.end());
                const std::uint64_t room = has_raid(shape.redundancy)
                                               ? raid_bytes(leg.members(0).size_bytes(), shape)
                                               : leg.members(0).size_bytes();
                for (std::size_t i = 0; i < all.size(); i++) {
                    EXPECT_LE(all[i].offset + all[i].size, room);
                    for (std::size_t j = 0; j < i; j++)
                        EXPECT_FALSE(overlap(all[i], all[j]));
                }
            }
        }
    }
}

TEST(Growth, NeverSmaller) {
    const v1::Volume volume = volume_of(10 * kGiB, 1, {v1::REDUNDANCY_NONE, 1});
    const auto same = layout_grown(volume, 10 * kGiB - 1);
    ASSERT_FALSE(same);
    EXPECT_EQ(same.error().message(), "it has 10 GiB already");
    const auto less = layout_grown(volume, 9 * kGiB);
    ASSERT_FALSE(less);
    EXPECT_EQ(less.error().code(), Code::invalid);
    EXPECT_THAT(less.error().message(), HasSubstr("it has 10 GiB and cannot shrink to 9 GiB"));
}

TEST(Growth, HasLimitsThatAreSaid) {
    v1::Volume volume = volume_of(10 * kGiB, 1, {v1::REDUNDANCY_NONE, 1});
    EXPECT_TRUE(layout_grown(volume, 4096 * kGiB));
    const auto blocks = layout_grown(volume, 4096 * kGiB + 1);
    ASSERT_FALSE(blocks);
    EXPECT_THAT(blocks.error().message(), HasSubstr("hold 4 TiB each at most"));
    for (int i = 0; i < 100; i++)
        resize(volume, layout_grown(volume, volume.size_bytes() + kMiB).value());
    const auto often = layout_grown(volume, volume.size_bytes() + kMiB);
    ASSERT_FALSE(often);
    EXPECT_THAT(often.error().message(), HasSubstr("it was resized 100 times"));
}

/// An array is never loaded with other regions than it was made with.
TEST(Growth, KeepsTheRegionsOfTheWriteIntentBitmap) {
    const Shape shape{v1::REDUNDANCY_RAID1, 2};
    v1::Volume volume = volume_of(1024 * kGiB, 1, shape);
    EXPECT_EQ(raid_region(volume.legs(0), shape.redundancy), 4 * kMiB);
    resize(volume, layout_grown(volume, 8000 * kGiB).value());
    EXPECT_EQ(raid_region(volume.legs(0), shape.redundancy), 4 * kMiB);
    const auto more = layout_grown(volume, 8192 * kGiB);
    ASSERT_FALSE(more);
    EXPECT_THAT(more.error().message(),
                HasSubstr("the write-intent bitmap of its legs is for 8 TiB each at most"));
}

}  // namespace
}  // namespace dnvme::model
