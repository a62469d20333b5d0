// SPDX-License-Identifier: Apache-2.0
#include "plan/placement/selector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dnvme::plan::placement {
namespace {

bool matches(const std::vector<std::string>& rules, const Labels& labels) {
    return Selector::parse(rules).value().matches("n1", labels);
}

TEST(Selector, IncludesAndExcludes) {
    EXPECT_TRUE(matches({}, {}));
    EXPECT_TRUE(matches({"rack=1"}, {{"rack", "1"}}));
    EXPECT_FALSE(matches({"rack=1"}, {{"rack", "2"}}));
    EXPECT_FALSE(matches({"rack=1"}, {}));
    EXPECT_TRUE(matches({"rack!=1"}, {{"rack", "2"}}));
    EXPECT_TRUE(matches({"rack!=1"}, {}));
    EXPECT_FALSE(matches({"rack!=1"}, {{"rack", "1"}}));
}

TEST(Selector, ValuesOfOneKeyAreAlternatives) {
    EXPECT_TRUE(matches({"rack=1", "rack=2"}, {{"rack", "2"}}));
    EXPECT_FALSE(matches({"rack=1", "rack=2"}, {{"rack", "3"}}));
    EXPECT_FALSE(matches({"rack!=1", "rack!=2"}, {{"rack", "2"}}));
    EXPECT_FALSE(matches({"rack=1", "site=a"}, {{"rack", "1"}, {"site", "b"}}));
}

TEST(Selector, KnowsTheNodesName) {
    EXPECT_TRUE(matches({"node=n1"}, {}));
    EXPECT_FALSE(matches({"node!=n1"}, {}));
}

TEST(Selector, SaysWhatIsNoRule) {
    for (const char* text : {"", "rack", "=1", "!=1", "rack=", "rack!=", "a=b=c", "a b=c"}) {
        const auto selector = Selector::parse({"site=a", text});
        ASSERT_FALSE(selector) << text;
        EXPECT_EQ(selector.error().code(), Code::invalid);
        EXPECT_THAT(selector.error().message(),
                    testing::HasSubstr("'" + std::string(text) + "' selects no nodes"));
    }
}

TEST(Selector, KeepsItsText) {
    EXPECT_EQ(Selector::parse({"site=a", "rack!=7"}).value().text(), "site=a, rack!=7");
    EXPECT_EQ(Selector().text(), "");
}

}  // namespace
}  // namespace dnvme::plan::placement
