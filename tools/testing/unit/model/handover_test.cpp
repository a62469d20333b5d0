// SPDX-License-Identifier: Apache-2.0
#include "model/handover.h"

#include <gtest/gtest.h>

#include "model/controllers.h"

namespace dnvme::model {
namespace {

/// A mirror with controllers on two nodes; the first owns it.
v1::Volume sample() {
    v1::Volume volume;
    volume.set_epoch(4);
    volume.add_standbys()->set_node("n2");
    v1::Leg& leg = *volume.add_legs();
    leg.set_epoch(3);
    for (const char* uuid : {"m0", "m1"}) {
        v1::LogicalDisk& member = *leg.add_members();
        member.set_uuid(uuid);
        member.set_sync(v1::LogicalDisk::IN_SYNC);
    }
    return volume;
}

v1::Volume changed() {
    v1::Volume volume = sample();
    change_owner(volume, 1);
    return volume;
}

TEST(Handover, IsNoneWhereTheOwnerStaysOnItsNode) {
    v1::Volume volume = sample();
    volume.mutable_standbys(0)->clear_node();
    change_owner(volume, 1);
    EXPECT_FALSE(volume.has_handover());
    EXPECT_TRUE(has_let_go(volume));
    EXPECT_TRUE(is_handed_over(volume));
}

TEST(Handover, LeavesTheLegsTheirEpochUntilTheOwnerBeforeHasLetGo) {
    v1::Volume volume = changed();
    EXPECT_EQ(volume.epoch(), 5U);
    EXPECT_EQ(volume.legs(0).epoch(), 3U);
    EXPECT_FALSE(has_let_go(volume));
    record_let_go(volume);
    EXPECT_TRUE(has_let_go(volume));
    EXPECT_EQ(volume.legs(0).epoch(), 4U);
}

TEST(Handover, IsDoneWithTheReceiptsOfAllMembersThatAreInSync) {
    v1::Volume volume = changed();
    record_let_go(volume);
    EXPECT_FALSE(is_fenced_off(volume, volume.legs(0).members(0)));
    record_receipt(volume, "m0");
    EXPECT_TRUE(is_fenced_off(volume, volume.legs(0).members(0)));
    EXPECT_FALSE(is_handed_over(volume));
    volume.mutable_legs(0)->mutable_members(1)->set_sync(v1::LogicalDisk::STALE);
    EXPECT_TRUE(is_handed_over(volume));
    EXPECT_FALSE(is_fenced_off(volume, volume.legs(0).members(1))) << "its old gate may be open";
}

/// Whoever still owned it could write.
TEST(Handover, HasNoReceiptsBeforeTheOwnerHasLetGo) {
    v1::Volume volume = changed();
    record_receipt(volume, "m0");
    EXPECT_FALSE(is_fenced_off(volume, volume.legs(0).members(0)));
}

TEST(Handover, RaisesTheEpochsOfTheLegsOnce) {
    v1::Volume volume = changed();
    force_handover(volume);
    EXPECT_EQ(volume.legs(0).epoch(), 4U);
    record_let_go(volume);
    EXPECT_EQ(volume.legs(0).epoch(), 4U);
}

TEST(Handover, IsFollowedByNoneUntilAnOwnerThatNobodyWaitedForHasLetGo) {
    v1::Volume volume = changed();
    EXPECT_TRUE(may_hand_over(volume));
    force_handover(volume);
    EXPECT_FALSE(may_hand_over(volume));
    record_let_go(volume);
    EXPECT_TRUE(may_hand_over(volume));
}

TEST(Handover, HasNoReceiptFromTheOneBefore) {
    v1::Volume volume = changed();
    record_let_go(volume);
    record_receipt(volume, "m0");
    change_owner(volume, 0);
    EXPECT_FALSE(has_let_go(volume));
    EXPECT_EQ(volume.handover().from(), 1U);
    record_let_go(volume);
    EXPECT_FALSE(is_fenced_off(volume, volume.legs(0).members(0)));
}

/// Nobody has fenced anything yet.
TEST(Handover, IsCalledOffWhileTheOwnerBeforeHasYetToLetGo) {
    v1::Volume volume = changed();
    change_owner(volume, 0);
    EXPECT_FALSE(volume.has_handover());
    EXPECT_EQ(volume.epoch(), 6U);
    EXPECT_EQ(volume.legs(0).epoch(), 3U);
}

TEST(Handover, IsFromTheOneThatHasTheLegsWhoeverWasToGetThem) {
    v1::Volume volume = changed();
    volume.add_standbys()->set_node("n3");
    change_owner(volume, 2);
    EXPECT_EQ(volume.owner(), 2U);
    EXPECT_EQ(volume.handover().from(), 0U);
}

/// It was never anybody else's.
TEST(Handover, IsNoMatterOfMembersThatCameLater) {
    v1::Volume volume = changed();
    record_let_go(volume);
    v1::LogicalDisk later;
    later.set_uuid("m2");
    EXPECT_TRUE(is_fenced_off(volume, later));
}

}  // namespace
}  // namespace dnvme::model
