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
