// SPDX-License-Identifier: Apache-2.0
#include "model/layout.h"

#include <bit>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dnvme::model {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kGiB = 1ULL << 30;
constexpr std::uint64_t kTiB = 1ULL << 40;
constexpr std::uint64_t kPiB = 1ULL << 50;
constexpr Shape kPlain{v1::REDUNDANCY_NONE, 1};
constexpr Shape kMirror{v1::REDUNDANCY_RAID1, 2};
constexpr Shape kShapes[] = {kPlain,
                             kMirror,
                             {v1::REDUNDANCY_RAID1, 4},
                             {v1::REDUNDANCY_RAID5, 3},
                             {v1::REDUNDANCY_RAID5, 16},
                             {v1::REDUNDANCY_RAID6, 4},
                             {v1::REDUNDANCY_RAID6, 7},
                             {v1::REDUNDANCY_RAID10, 6}};

/// Rounded up, but never by a whole unit a leg.
void expect_rounded(const VolumeLayout& volume, std::uint64_t size, std::uint32_t legs,
                    std::uint64_t chunk) {
    EXPECT_EQ(volume.size, volume.leg.size * legs);
    EXPECT_GE(volume.size, size);
    EXPECT_LT(volume.size - size, legs * std::max(chunk, kMiB));
    EXPECT_EQ(volume.leg.size % chunk, 0U);
    EXPECT_EQ(volume.leg.size % kMiB, 0U);
}

/// A power of two within dm-thin's limits, and no larger than it has to be.
void expect_good_block(const LegLayout& leg) {
    EXPECT_TRUE(std::has_single_bit(leg.pool_block));
    EXPECT_GE(leg.pool_block, kMinPoolBlock);
    EXPECT_LE(leg.pool_block, kMaxPoolBlock);
    const std::uint64_t blocks = leg.pool_data / leg.pool_block;
    EXPECT_LE(blocks, kMaxPoolBlocks);
    EXPECT_TRUE(leg.pool_block == kMinPoolBlock || blocks > kMaxPoolBlocks / 2);
    EXPECT_GE(leg.pool_metadata, blocks * 64 + 2 * kMiB);
}

/// The thin volume fits into the pool, and the pool into the members, in whole MiB each.
void expect_room(const LegLayout& leg, const Shape& shape) {
    EXPECT_EQ(leg.pool_data % leg.pool_block, 0U);
    EXPECT_GE(leg.pool_data, leg.size);
    EXPECT_LT(leg.pool_data - leg.size, leg.pool_block);
    const std::uint64_t raid = has_raid(shape.redundancy) ? kRaidMetadata : 0;
    const std::uint64_t data = (leg.member - raid) * data_members(shape);
    EXPECT_GE(data, leg.pool_metadata + leg.pool_data);
    EXPECT_LT(data - leg.pool_metadata - leg.pool_data, data_members(shape) * kMiB);
    EXPECT_EQ(leg.pool_metadata % kMiB, 0U);
    EXPECT_EQ(leg.member % kMiB, 0U);
}

/// What every layout promises, whatever was asked for.
void expect_sound(std::uint64_t size, std::uint32_t legs, std::uint64_t chunk, const Shape& shape) {
    const auto volume = layout_volume(size, legs, chunk, shape);
    if ((size - 1) / legs >= kMaxLeg) {
        ASSERT_FALSE(volume) << size << " on " << legs;
        EXPECT_EQ(volume.error().code(), Code::invalid);
        EXPECT_THAT(volume.error().message(), HasSubstr("a leg holds at most 4 PiB"));
        return;
    }
    ASSERT_TRUE(volume) << volume.error().message();
    SCOPED_TRACE(testing::Message() << size << " bytes, " << legs << " legs, chunk " << chunk);
    expect_rounded(*volume, size, legs, chunk);
    expect_good_block(volume->leg);
    expect_room(volume->leg, shape);
}

TEST(Layout, IsSoundAroundEveryPowerOfTwo) {
    for (int power = 0; power <= 62; power++) {
        const std::uint64_t size = 1ULL << power;
        for (const std::uint32_t legs : {1U, 2U, 3U, 63U, 64U}) {
            for (const Shape& shape : kShapes) {
                expect_sound(size, legs, kDefaultChunk, shape);
                expect_sound(size + 1, legs, kDefaultChunk, shape);
                expect_sound(size == 1 ? 1 : size - 1, legs, kDefaultChunk, shape);
            }
        }
    }
}

TEST(Layout, IsSoundForEveryChunkAndNumberOfLegs) {
    std::mt19937_64 random(1);
    for (std::uint64_t chunk = kMinChunk; chunk <= kMaxChunk; chunk *= 2) {
        for (std::uint32_t legs = 1; legs <= kMaxLegs; legs++) {
            for (const Shape& shape : kShapes)
                expect_sound(1 + (random() >> (2 + random() % 62)), legs, chunk, shape);
        }
    }
}

TEST(Layout, TakesTheLargestVolumeThereIs) {
    const auto volume = layout_volume(64 * kMaxLeg, 64, kMaxChunk, kMirror);
    ASSERT_TRUE(volume);
    EXPECT_EQ(volume->size, 256 * kPiB);
    EXPECT_FALSE(layout_volume(64 * kMaxLeg + 1, 64, kMaxChunk, kMirror));
}

/// By hand: 2^22 blocks of 4 MiB are 16 TiB, and 4 TiB more need the next power of two.
TEST(Layout, IsRightBeyond4GiBAnd16TiB) {
    const auto small = layout_volume(10 * kGiB, 1, kDefaultChunk, kPlain);
    ASSERT_TRUE(small);
    EXPECT_EQ(small->leg.size, 10 * kGiB);
    EXPECT_EQ(small->leg.pool_block, 64U << 10);
    EXPECT_EQ(small->leg.pool_metadata, 14 * kMiB);
    EXPECT_EQ(small->leg.member, 10 * kGiB + 14 * kMiB);

    const auto full = layout_volume(16 * kTiB, 1, kDefaultChunk, kMirror);
    ASSERT_TRUE(full);
    EXPECT_EQ(full->leg.pool_block, 4 * kMiB);
    EXPECT_EQ(full->leg.pool_metadata, 260 * kMiB);
    EXPECT_EQ(full->leg.member, 16 * kTiB + 264 * kMiB);

    const auto large = layout_volume(20 * kTiB, 1, kDefaultChunk, kMirror);
    ASSERT_TRUE(large);
    EXPECT_EQ(large->size, 20 * kTiB);
    EXPECT_EQ(large->leg.pool_block, 8 * kMiB);
    EXPECT_EQ(large->leg.pool_metadata, 164 * kMiB);
}

/// By hand: 1 GiB of 64 KiB blocks and 5 MiB of metadata are 1029 MiB.
TEST(Layout, SharesOutWhatALegNeeds) {
    const auto member = [](const Shape& shape) {
        return layout_volume(kGiB, 1, kDefaultChunk, shape)->leg.member / kMiB;
    };
    EXPECT_EQ(member(kPlain), 1029U);
    EXPECT_EQ(member({v1::REDUNDANCY_RAID1, 3}), 4 + 1029U);
    EXPECT_EQ(member({v1::REDUNDANCY_RAID5, 3}), 4 + 515U);
    EXPECT_EQ(member({v1::REDUNDANCY_RAID6, 5}), 4 + 343U);
    EXPECT_EQ(member({v1::REDUNDANCY_RAID10, 6}), 4 + 343U);
}

TEST(Layout, RefusesWhatCannotBe) {
    const auto refused = [](std::uint64_t size, std::uint32_t legs, std::uint64_t chunk) {
        const auto volume = layout_volume(size, legs, chunk, kPlain);
        return volume ? std::string("taken") : volume.error().message();
    };
    EXPECT_THAT(refused(0, 1, kDefaultChunk), HasSubstr("size 0"));
    EXPECT_THAT(refused(1, 0, kDefaultChunk), HasSubstr("0 legs"));
    EXPECT_THAT(refused(1, 65, kDefaultChunk), HasSubstr("expected 1 to 64"));
    for (const std::uint64_t chunk : {std::uint64_t{0}, std::uint64_t{1}, kMinChunk / 2,
                                      kMinChunk + 1, kDefaultChunk * 3, kMaxChunk * 2})
        EXPECT_THAT(refused(1, 1, chunk), HasSubstr("a power of two from 4 KiB to 1 GiB"));
}

}  // namespace
}  // namespace dnvme::model
