// SPDX-License-Identifier: Apache-2.0
#include "sys/raid_superblock.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace dnvme::sys {
namespace {

RaidSuperblock superblock_in_sync() {
    RaidSuperblock superblock;
    superblock.bytes.fill(0xff);
    const std::string magic = "DmRd";
    std::copy(magic.begin(), magic.end(), superblock.bytes.begin());
    return superblock;
}

TEST(RaidSuperblock, OnlyTheResyncOffsetIsChanged) {
    RaidSuperblock edited = superblock_in_sync();
    ASSERT_TRUE(distrust_sync(edited));
    RaidSuperblock expected = superblock_in_sync();
    for (std::size_t at = 40; at < 48; ++at)
        expected.bytes[at] = 0;
    EXPECT_EQ(edited.bytes, expected.bytes);
}

TEST(RaidSuperblock, OnlyTheSizesAreChanged) {
    RaidSuperblock edited = superblock_in_sync();
    ASSERT_TRUE(set_sizes(edited, {.array = 0x0123456789abcdef, .member = 0x1000}));
    RaidSuperblock expected = superblock_in_sync();
    const std::array<std::uint8_t, 8> array{0xef, 0xcd, 0xab, 0x89, 0x67, 0x45, 0x23, 0x01};
    const std::array<std::uint8_t, 8> member{0, 0x10, 0, 0, 0, 0, 0, 0};
    std::copy(array.begin(), array.end(), expected.bytes.begin() + 88);
    std::copy(member.begin(), member.end(), expected.bytes.begin() + 112);
    EXPECT_EQ(edited.bytes, expected.bytes);
    EXPECT_FALSE(set_sizes(edited, {.array = 0x0123456789abcdef, .member = 0x1000}));
}

/// A metadata device that was wiped has no superblock yet.
TEST(RaidSuperblock, WhatIsNoneHasNoSizes) {
    RaidSuperblock wiped;
    EXPECT_FALSE(set_sizes(wiped, {.array = 1, .member = 1}));
    EXPECT_EQ(wiped.bytes, RaidSuperblock().bytes);
}

TEST(RaidSuperblock, ForeignContentIsLeftAlone) {
    RaidSuperblock foreign = superblock_in_sync();
    foreign.bytes[0] = 'X';
    const RaidSuperblock before = foreign;
    const Status edited = distrust_sync(foreign);
    ASSERT_FALSE(edited);
    EXPECT_EQ(edited.error().code(), Code::internal);
    EXPECT_EQ(foreign.bytes, before.bytes);
}

}  // namespace
}  // namespace dnvme::sys
