// SPDX-License-Identifier: Apache-2.0
#include "model/redundancy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dnvme::model {
namespace {

using testing::HasSubstr;

std::string why_not(v1::Redundancy redundancy, std::uint32_t members) {
    const auto shape = make_shape(redundancy, members);
    return shape ? "taken" : shape.error().message();
}

TEST(Redundancy, HasUsualNumbersOfMembers) {
    EXPECT_EQ(make_shape(v1::REDUNDANCY_NONE, 0)->members, 1U);
    EXPECT_EQ(make_shape(v1::REDUNDANCY_RAID1, 0)->members, 2U);
    EXPECT_EQ(make_shape(v1::REDUNDANCY_RAID5, 0)->members, 3U);
    EXPECT_EQ(make_shape(v1::REDUNDANCY_RAID6, 0)->members, 4U);
    EXPECT_EQ(make_shape(v1::REDUNDANCY_RAID10, 0)->members, 4U);
}

TEST(Redundancy, RefusesNumbersThatMakeNoLeg) {
    EXPECT_EQ(why_not(v1::REDUNDANCY_NONE, 2), "2 members make no none leg: expected 1");
    EXPECT_EQ(why_not(v1::REDUNDANCY_RAID1, 5), "5 members make no raid1 leg: expected 2 to 4");
    EXPECT_EQ(why_not(v1::REDUNDANCY_RAID5, 2), "2 members make no raid5 leg: expected 3 to 16");
    EXPECT_EQ(why_not(v1::REDUNDANCY_RAID6, 3), "3 members make no raid6 leg: expected 4 to 16");
    EXPECT_EQ(why_not(v1::REDUNDANCY_RAID10, 5),
              "5 members make no raid10 leg: expected 4 to 16, an even number");
    EXPECT_THAT(why_not(static_cast<v1::Redundancy>(9), 0), HasSubstr("redundancy 9 is unknown"));
    EXPECT_EQ(why_not(v1::REDUNDANCY_RAID6, 16), "taken");
}

TEST(Redundancy, RecordOfBeforeMeansWhatItMeant) {
    v1::Volume volume;
    volume.set_redundancy(v1::REDUNDANCY_RAID1);
    EXPECT_EQ(*shape_of(volume), (Shape{v1::REDUNDANCY_RAID1, 2}));
    EXPECT_EQ(recorded_members(*shape_of(volume)), 0U);
    EXPECT_EQ(recorded_members({v1::REDUNDANCY_RAID1, 3}), 3U);
    EXPECT_EQ(recorded_members({v1::REDUNDANCY_RAID5, 3}), 3U);
}

TEST(Redundancy, KnowsHowManyMembersAreData) {
    EXPECT_EQ(data_members({v1::REDUNDANCY_NONE, 1}), 1U);
    EXPECT_EQ(data_members({v1::REDUNDANCY_RAID1, 3}), 1U);
    EXPECT_EQ(data_members({v1::REDUNDANCY_RAID5, 5}), 4U);
    EXPECT_EQ(data_members({v1::REDUNDANCY_RAID6, 5}), 3U);
    EXPECT_EQ(data_members({v1::REDUNDANCY_RAID10, 6}), 3U);
}

TEST(Redundancy, KnowsWhatALegSurvives) {
    EXPECT_FALSE(survives(v1::REDUNDANCY_NONE, {false}));
    EXPECT_TRUE(survives(v1::REDUNDANCY_RAID1, {false, true, false}));
    EXPECT_FALSE(survives(v1::REDUNDANCY_RAID1, {false, false}));
    EXPECT_TRUE(survives(v1::REDUNDANCY_RAID5, {true, false, true}));
    EXPECT_FALSE(survives(v1::REDUNDANCY_RAID5, {true, false, false}));
    EXPECT_TRUE(survives(v1::REDUNDANCY_RAID6, {false, false, true, true}));
    EXPECT_FALSE(survives(v1::REDUNDANCY_RAID6, {false, false, false, true}));
    EXPECT_TRUE(survives(v1::REDUNDANCY_RAID10, {false, true, true, false}));
    EXPECT_FALSE(survives(v1::REDUNDANCY_RAID10, {true, true, false, false}));
}

}  // namespace
}  // namespace dnvme::model
