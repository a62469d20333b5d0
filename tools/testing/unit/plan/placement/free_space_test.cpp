// SPDX-License-Identifier: Apache-2.0
#include "plan/placement/free_space.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "world.h"

namespace dnvme::plan::placement {
namespace {

TEST(FreeSpace, CountsWholeUnits) {
    const FreeSpace space({kMiB + 1, 10 * kMiB - 1});
    EXPECT_EQ(space.capacity(), 7 * kMiB);
    EXPECT_EQ(space.total(), 7 * kMiB);
    EXPECT_EQ(FreeSpace({5, 10}).capacity(), 0U);
    EXPECT_EQ(FreeSpace({kMiB + 1, 2 * kMiB}).capacity(), 0U);
    EXPECT_FALSE(FreeSpace().fits(1));
}

TEST(FreeSpace, TakesTheFirstPieceThatIsLargeEnough) {
    FreeSpace space({0, 10 * kMiB});
    ASSERT_TRUE(space.take({2 * kMiB, 3 * kMiB}));
    EXPECT_EQ(space.largest(), 7 * kMiB);
    EXPECT_EQ(space.slices(2 * kMiB), 1U + 3U);
    EXPECT_EQ(space.take_first(2 * kMiB + 1), 3 * kMiB);
    EXPECT_EQ(space.take_first(kMiB), 0U);
    EXPECT_EQ(space.take_first(4 * kMiB), 6 * kMiB);
    EXPECT_EQ(space.total(), kMiB);
    EXPECT_EQ(space.take_first(kMiB + 1), std::nullopt);
}

TEST(FreeSpace, RefusesWhatIsNotSo) {
    FreeSpace space({kMiB, 10 * kMiB});
    EXPECT_FALSE(space.take({0, 2 * kMiB}));
    EXPECT_FALSE(space.take({9 * kMiB, 11 * kMiB}));
    EXPECT_FALSE(space.take({2 * kMiB, 2 * kMiB}));
    EXPECT_FALSE(space.give_back({2 * kMiB, 3 * kMiB}));
    ASSERT_TRUE(space.take({2 * kMiB, 3 * kMiB}));
    EXPECT_FALSE(space.take({2 * kMiB + 512, 2 * kMiB + 1024}));
    EXPECT_FALSE(space.give_back({2 * kMiB, 4 * kMiB}));
    EXPECT_FALSE(space.give_back({0, kMiB}));
    EXPECT_TRUE(space.is_taken({2 * kMiB, 3 * kMiB}));
    EXPECT_TRUE(space.give_back({2 * kMiB, 3 * kMiB}));
    EXPECT_EQ(space.largest(), 9 * kMiB);
}

/// Beside a map of units.
TEST(FreeSpace, IsWhatAMapOfUnitsSays) {
    Random random(11);
    constexpr std::uint64_t kUnits = 40;
    FreeSpace space({0, kUnits * kMiB});
    std::vector<bool> used(kUnits, false);
    for (int step = 0; step < 3000; step++) {
        const std::uint64_t begin = random() % kUnits;
        const std::uint64_t end = begin + 1 + random() % std::min<std::uint64_t>(6, kUnits - begin);
        const bool take = one_in(random, 2);
        bool possible = true;
        for (std::uint64_t unit = begin; unit < end; unit++)
            possible = possible && used[unit] != take;
        const Extent extent{begin * kMiB, end * kMiB};
        ASSERT_EQ(take ? space.take(extent) : space.give_back(extent), possible);
        for (std::uint64_t unit = begin; possible && unit < end; unit++)
            used[unit] = take;
        const auto free = std::count(used.begin(), used.end(), false);
        ASSERT_EQ(space.total(), static_cast<std::uint64_t>(free) * kMiB);
        ASSERT_EQ(space.slices(kMiB), static_cast<std::uint64_t>(free));
    }
}

}  // namespace
}  // namespace dnvme::plan::placement
