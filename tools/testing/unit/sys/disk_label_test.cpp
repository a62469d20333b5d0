// SPDX-License-Identifier: Apache-2.0
#include "sys/disk_label.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace dnvme::sys {
namespace {

const DiskLabel kLabel{.disk_uuid = "11111111-2222-3333-4444-555555555555",
                       .cluster_uuid = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
                       .size_bytes = 0x0123456789abcdefULL};

/// Sets the version and makes the checksum right again, as a newer dnvme would.
LabelBlock with_version(std::uint8_t version) {
    LabelBlock block = *encode_label(kLabel);
    block[16] = version;
    for (std::size_t byte = 24; byte < 28; ++byte)
        block[byte] = 0;
    const auto crc = static_cast<std::uint32_t>(::crc32(0, block.data(), block.size()));
    for (std::size_t byte = 0; byte < 4; ++byte)
        block[24 + byte] = static_cast<std::uint8_t>(crc >> (8 * byte));
    return block;
}

TEST(DiskLabel, IsReadAsItWasWritten) {
    const auto read = decode_label(*encode_label(kLabel));
    ASSERT_TRUE(read);
    ASSERT_TRUE(*read);
    EXPECT_EQ(**read, kLabel);
}

TEST(DiskLabel, StandsWhereTheFormatSays) {
    const LabelBlock block = *encode_label(kLabel);
    EXPECT_EQ(std::string(block.begin(), block.begin() + 16), "dnvme disk label");
    EXPECT_EQ(block[16], 1);
    EXPECT_EQ(block[20], 80);
    EXPECT_EQ(std::string(block.begin() + 32, block.begin() + 68), kLabel.disk_uuid);
    EXPECT_EQ(std::string(block.begin() + 68, block.begin() + 104), kLabel.cluster_uuid);
    EXPECT_EQ(block[104], 0xef);
    EXPECT_EQ(block[111], 0x01);
}

TEST(DiskLabel, ForeignContentIsNoLabel) {
    const LabelBlock empty{};
    ASSERT_TRUE(decode_label(empty));
    EXPECT_FALSE(*decode_label(empty));
    EXPECT_FALSE(*decode_label({}));
    LabelBlock other = *encode_label(kLabel);
    other[0] = 'D';
    EXPECT_FALSE(*decode_label(other));
}

TEST(DiskLabel, EveryDamagedByteIsFound) {
    const LabelBlock good = *encode_label(kLabel);
    for (std::size_t at = 16; at < good.size(); ++at) {
        LabelBlock bad = good;
        bad[at] ^= 0x10;
        const auto read = decode_label(bad);
        ASSERT_FALSE(read) << "byte " << at;
        ASSERT_EQ(read.error().code(), Code::internal) << "byte " << at;
    }
}

TEST(DiskLabel, CutShortIsDamaged) {
    const LabelBlock block = *encode_label(kLabel);
    const auto read = decode_label(std::span(block).first(512));
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().message().find("short"), std::string::npos);
}

TEST(DiskLabel, NewerVersionIsRefusedWithAdvice) {
    ASSERT_TRUE(decode_label(with_version(1)));
    const auto read = decode_label(with_version(2));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code(), Code::precondition);
    EXPECT_NE(read.error().message().find("version 2"), std::string::npos);
}

TEST(DiskLabel, OnlyUuidsAreWritten) {
    EXPECT_EQ(encode_label({"short", kLabel.cluster_uuid, 1}).error().code(), Code::invalid);
    EXPECT_EQ(encode_label({kLabel.disk_uuid, "", 1}).error().code(), Code::invalid);
}

}  // namespace
}  // namespace dnvme::sys
