// SPDX-License-Identifier: Apache-2.0
#include "torture/stamp.h"

#include <array>

#include <gtest/gtest.h>

namespace dnvme::torture {
namespace {

using Words = std::array<std::uint64_t, Block::extent>;

Words stamped(Value value, std::uint64_t block) {
    Words words{};
    write_stamp(words, value, block);
    return words;
}

TEST(Stamp, is_read_back) {
    const Content content = read_stamp(stamped({3, 4}, 5), 5);
    EXPECT_EQ(content.found, Found::stamp);
    EXPECT_EQ(content.value, (Value{3, 4}));
}

TEST(Stamp, knows_its_block) {
    EXPECT_EQ(read_stamp(stamped({3, 4}, 5), 6).found, Found::misplaced);
}

TEST(Stamp, every_word_counts) {
    for (std::size_t i = 1; i < Block::extent; ++i) {
        Words words = stamped({3, 4}, 5);
        words[i] ^= 1U;
        EXPECT_EQ(read_stamp(words, 5).found, Found::torn) << i;
    }
}

TEST(Stamp, a_mixture_of_two_is_torn) {
    Words words = stamped({3, 4}, 5);
    const Words other = stamped({3, 6}, 5);
    std::copy(other.begin() + 64, other.end(), words.begin() + 64);
    EXPECT_EQ(read_stamp(words, 5).found, Found::torn);
}

TEST(Stamp, zeros_and_garbage) {
    Words words{};
    EXPECT_EQ(read_stamp(words, 5).found, Found::zeros);
    words[9] = 1;
    EXPECT_EQ(read_stamp(words, 5).found, Found::garbage);
}

}  // namespace
}  // namespace dnvme::torture
