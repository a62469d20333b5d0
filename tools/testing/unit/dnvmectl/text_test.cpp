// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/text.h"

#include <gtest/gtest.h>

namespace dnvme::ctl {
namespace {

class TextTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { use_utf8(); }
};

TEST_F(TextTest, CountsColumnsNotBytes) {
    EXPECT_EQ(columns(""), 0U);
    EXPECT_EQ(columns("disk"), 4U);
    EXPECT_EQ(columns("Münch"), 5U);
    EXPECT_EQ(columns("磁盘"), 4U);
}

TEST_F(TextTest, CountsInvalidBytesAsOneColumnEach) {
    EXPECT_EQ(columns("a\xff\xfe"), 3U);
    EXPECT_EQ(columns("\xc3"), 1U);  // cut off in the middle of a character
}

TEST_F(TextTest, ClipsAtWholeCharacters) {
    EXPECT_EQ(clip("disk", 10), "disk");
    EXPECT_EQ(clip("disk", 2), "di");
    EXPECT_EQ(clip("磁盘", 3), "磁");
    EXPECT_EQ(clip("disk", 0), "");
}

TEST_F(TextTest, TakesControlCharactersOut) {
    EXPECT_EQ(printable("a\033[31mb\n\x7f"), "a?[31mb??");
    EXPECT_EQ(printable("Münch"), "Münch");
}

}  // namespace
}  // namespace dnvme::ctl
