// SPDX-License-Identifier: Apache-2.0
#include "clocks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dnvme::daemon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

store::Statuses told(std::int64_t by_n1, std::int64_t by_n2) {
    store::Statuses statuses;
    statuses.online["n1"].set_told_unix_s(by_n1);
    statuses.online["n2"].set_told_unix_s(by_n2);
    return statuses;
}

class ClocksTest : public testing::Test {
  protected:
    void SetUp() override { clocks_.look(told(900, 900), "n1", 1000); }
    Clocks clocks_;
};

// It may have been written at any time before the first look.
TEST_F(ClocksTest, OldTimeIsNoErrorAtFirst) {
    EXPECT_THAT(clocks_.wrong(), IsEmpty());
}

TEST_F(ClocksTest, TimeToComeIsWrongAtOnce) {
    Clocks clocks;
    clocks.look(told(1000, 1060), "n1", 1000);
    EXPECT_THAT(clocks.wrong(), ElementsAre(Pair("n2", 60)));
}

TEST_F(ClocksTest, TimeBeforeTheLastLookIsWrong) {
    clocks_.look(told(900, 940), "n1", 1001);
    EXPECT_THAT(clocks_.wrong(), ElementsAre(Pair("n2", -60)));
}

TEST_F(ClocksTest, SilenceOfTheStoreIsNotHeldAgainstThem) {
    clocks_.look(told(900, 1010), "n1", 1600);
    EXPECT_THAT(clocks_.wrong(), IsEmpty());
}

TEST_F(ClocksTest, SmallDifferencesAreNone) {
    clocks_.look(told(900, 1001 + Clocks::kToleranceS), "n1", 1001);
    EXPECT_THAT(clocks_.wrong(), IsEmpty());
    clocks_.look(told(900, 1002 - Clocks::kToleranceS), "n1", 1002);
    EXPECT_THAT(clocks_.wrong(), IsEmpty());
}

TEST_F(ClocksTest, StaysWrongUntilAnotherTimeIsToldOrTheNodeIsGone) {
    clocks_.look(told(900, 940), "n1", 1001);
    clocks_.look(told(900, 940), "n1", 1002);
    EXPECT_THAT(clocks_.wrong(), ElementsAre(Pair("n2", -60)));
    clocks_.look(told(900, 1003), "n1", 1003);
    EXPECT_THAT(clocks_.wrong(), IsEmpty());
    clocks_.look(told(900, 2000), "n1", 1004);
    EXPECT_THAT(clocks_.wrong(), ElementsAre(Pair("n2", 996)));
    clocks_.look({}, "n1", 1005);
    EXPECT_THAT(clocks_.wrong(), IsEmpty());
}

TEST_F(ClocksTest, NobodyIsWrongWhenTheOwnClockWasSetBack) {
    clocks_.look(told(900, 900), "n1", 5000);
    clocks_.look(told(900, 1002), "n1", 5001);
    EXPECT_THAT(clocks_.wrong(), ElementsAre(Pair("n2", -3998)));
    clocks_.look(told(900, 1002), "n1", 1003);
    EXPECT_THAT(clocks_.wrong(), IsEmpty());
    clocks_.look(told(900, 1004), "n1", 1004);
    EXPECT_THAT(clocks_.wrong(), IsEmpty());
}

// The own clock is the measure, and a daemon of an older version tells no time.
TEST_F(ClocksTest, OwnTimeAndNoTimeAreNotJudged) {
    clocks_.look(told(5000, 0), "n1", 1001);
    EXPECT_THAT(clocks_.wrong(), IsEmpty());
}

}  // namespace
}  // namespace dnvme::daemon
