// SPDX-License-Identifier: Apache-2.0
#include "sys/fence_one.h"

#include <cerrno>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sys/refused.h"

namespace dnvme::sys {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A front that gives one answer.
class Front final : public GateMessages {
  public:
    explicit Front(Result<std::string> answer) : answer_(std::move(answer)) {}
    Result<std::string> send(const std::string& /*uuid*/, const std::string& text) override {
        sent.push_back(text);
        return answer_;
    }
    std::vector<std::string> sent;

  private:
    Result<std::string> answer_;
};

DnvmeStatus status(char state, std::uint64_t epoch) {
    DnvmeStatus now;
    now.state = state;
    now.epoch = epoch;
    return now;
}

const plan::Fence kFence{.uuid = "f", .epoch = 5, .drain_ms = 300};

TEST(FenceOne, IsDoneWithTheReceipt) {
    Front front("5 drained 3 0 120");
    EXPECT_TRUE(fence_one(front, status('L', 4), kFence));
    EXPECT_THAT(front.sent, ElementsAre("fence 5 300"));
}

TEST(FenceOne, IsNotDoneWithoutIt) {
    Front front("5 undrained 3 1 300000");
    const Status fenced = fence_one(front, status('L', 4), kFence);
    ASSERT_FALSE(fenced);
    EXPECT_EQ(fenced.error().code(), Code::conflict);
    EXPECT_THAT(fenced.error().message(), HasSubstr("of the 3 I/Os that were below it"));
}

/// The kernel would refuse a second fence under the same epoch.
TEST(FenceOne, AsksAgainWhatAnEarlierAttemptFenced) {
    Front front("5 drained 3 0 120");
    EXPECT_TRUE(fence_one(front, status('F', 5), kFence));
    EXPECT_THAT(front.sent, ElementsAre("drain 300"));
}

TEST(FenceOne, FencesAnewUnderAHigherEpoch) {
    Front front("5 drained 0 0 0");
    EXPECT_TRUE(fence_one(front, status('F', 4), kFence));
    EXPECT_THAT(front.sent, ElementsAre("fence 5 300"));
    Front ahead("10 drained 0 0 0");
    EXPECT_TRUE(fence_one(ahead, status('L', 9), kFence));
    EXPECT_THAT(ahead.sent, ElementsAre("fence 10 300"));
}

TEST(FenceOne, HandsARefusalOn) {
    Front front(refused(ENXIO, "front"));
    EXPECT_FALSE(fence_one(front, status('L', 4), kFence));
    Front garbage("what?");
    EXPECT_FALSE(fence_one(garbage, status('L', 4), kFence));
}

}  // namespace
}  // namespace dnvme::sys
