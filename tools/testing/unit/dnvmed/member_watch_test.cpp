// SPDX-License-Identifier: Apache-2.0
#include "member_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dnvme::daemon {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

static_assert(MemberWatch::kExpired > milliseconds(model::kLeaseMs),
              "clocks do not run alike: the lease alone is too short");

struct MemberWatchTest : testing::Test {
    void note(const std::set<std::string>& unreceipted) {
        plan::MemberDecisions decisions;
        decisions.unreceipted = unreceipted;
        watch.note(decisions);
    }
    [[nodiscard]] std::set<std::string> expired() const { return watch.history().expired; }

    std::chrono::steady_clock::time_point now{};
    MemberWatch watch{milliseconds(1), [this] { return now; }};
};

TEST_F(MemberWatchTest, TheLeaseIsWaitedOut) {
    note({"m 1"});
    now += MemberWatch::kExpired - milliseconds(1);
    EXPECT_THAT(expired(), IsEmpty());
    note({"m 1"});
    now += milliseconds(1);
    EXPECT_THAT(expired(), ElementsAre("m 1"));
}

TEST_F(MemberWatchTest, AWaitThatWasBrokenOffBeginsAnew) {
    note({"m 1"});
    now += MemberWatch::kExpired;
    note({"m 2"});
    EXPECT_THAT(expired(), IsEmpty()) << "another epoch";
    note({"m 1"});
    EXPECT_THAT(expired(), IsEmpty());
}

}  // namespace
}  // namespace dnvme::daemon
