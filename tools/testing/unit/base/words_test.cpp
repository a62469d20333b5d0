// SPDX-License-Identifier: Apache-2.0
#include "base/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dnvme {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Words, AreSplitAtRunsOfBlanks) {
    EXPECT_THAT(split_words("  thin-pool 253:1\t253:2 \n"),
                ElementsAre("thin-pool", "253:1", "253:2"));
    EXPECT_THAT(split_words("one"), ElementsAre("one"));
    EXPECT_THAT(split_words(" \t\n"), IsEmpty());
    EXPECT_THAT(split_words(""), IsEmpty());
}

TEST(Words, AreJoinedByOneBlank) {
    EXPECT_EQ(join_words({"a", "b", "c"}), "a b c");
    EXPECT_EQ(join_words({}), "");
}

}  // namespace
}  // namespace dnvme
