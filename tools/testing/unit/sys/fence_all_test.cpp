// SPDX-License-Identifier: Apache-2.0
#include "sys/fence_all.h"

#include <cerrno>
#include <map>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sys/refused.h"

namespace dnvme::sys {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

/// Answers what a test has written down, in turn, and remembers what it was asked.
class ScriptedGates final : public GateMessages {
  public:
    Result<std::string> send(const std::string& uuid, const std::string& text) override {
        sent.push_back(uuid + ": " + text);
        auto& answers = script[uuid];
        if (answers.empty())
            return refused(ENXIO, "dm device " + uuid);
        Result<std::string> answer = answers.front();
        answers.erase(answers.begin());
        return answer;
    }

    std::map<std::string, std::vector<Result<std::string>>> script;
    std::vector<std::string> sent;
};

TEST(FenceAll, ShutsEveryGateBeforeItWaitsForOne) {
    ScriptedGates gates;
    gates.script = {{"a", {"7 undrained 3 0 1", "7 drained 1 4 900"}},
                    {"b", {"7 drained 0 0 2"}},
                    {"c", {"7 undrained 1 0 1", "7 drained 0 0 10"}}};
    const auto results = fence_all(gates, {"a", "b", "c"}, 7, milliseconds(600000));
    EXPECT_THAT(gates.sent,
                ElementsAre("a: fence 7 0", "b: fence 7 0", "c: fence 7 0",
                            MatchesRegex("a: drain [0-9]+"), MatchesRegex("c: drain [0-9]+")));
    ASSERT_EQ(results.size(), 3U);
    EXPECT_TRUE(results[0]->drained);
    EXPECT_EQ(results[0]->in_flight, 3U) << "what was below when it closed";
    EXPECT_EQ(results[0]->held, 4U) << "what is held by now";
    EXPECT_EQ(*results[1], (FenceReceipt{7, true, 0, 0, 2}));
    EXPECT_TRUE(results[2]->drained);
}

TEST(FenceAll, OneThatRefusesDoesNotSpareTheOthers) {
    ScriptedGates gates;
    gates.script = {{"old", {refused(ESTALE, "epoch")}}, {"b", {"7 drained 0 0 2"}}};
    const auto results = fence_all(gates, {"gone", "old", "b"}, 7, milliseconds(1000));
    ASSERT_EQ(results.size(), 3U);
    EXPECT_EQ(results[0].error().sys_errno(), ENXIO);
    EXPECT_THAT(results[0].error().message(), HasSubstr("message 'fence 7 0' to gone"));
    EXPECT_EQ(results[1].error().sys_errno(), ESTALE);
    EXPECT_TRUE(results[2]->drained);
    EXPECT_EQ(gates.sent.size(), 3U) << "there is nothing to wait for";
}

TEST(FenceAll, OneThatDoesNotDrainKeepsItsReceipt) {
    ScriptedGates gates;
    gates.script = {{"stuck", {"7 undrained 2 0 1", "7 undrained 1 5 100"}},
                    {"lost", {"7 undrained 1 0 1", refused(ENXIO, "gone")}}};
    const auto results = fence_all(gates, {"stuck", "lost"}, 7, milliseconds(100));
    EXPECT_FALSE(results[0]->drained);
    EXPECT_EQ(results[0]->held, 5U);
    EXPECT_EQ(*results[1], (FenceReceipt{7, false, 1, 0, 1}));
}

TEST(FenceAll, TimeThatIsUsedUpIsNotGivenTwice) {
    ScriptedGates gates;
    gates.script = {{"a", {"7 undrained 1 0 1", "7 undrained 1 0 1"}}};
    (void)fence_all(gates, {"a"}, 7, milliseconds(0));
    EXPECT_THAT(gates.sent, ElementsAre("a: fence 7 0", "a: drain 0"));
}

TEST(FenceAll, AnAnswerThatIsNoReceiptIsAnError) {
    ScriptedGates gates;
    gates.script = {{"a", {""}}, {"b", {"7 dry 1 0 1"}}, {"c", {"7 drained 1 0"}}};
    for (const FenceResult& result : fence_all(gates, {"a", "b", "c"}, 7, milliseconds(0)))
        EXPECT_EQ(result.error().code(), Code::internal);
}

TEST(FenceAll, NoGateIsNoWork) {
    ScriptedGates gates;
    EXPECT_THAT(fence_all(gates, {}, 7, milliseconds(0)), IsEmpty());
    EXPECT_THAT(gates.sent, IsEmpty());
}

}  // namespace
}  // namespace dnvme::sys
