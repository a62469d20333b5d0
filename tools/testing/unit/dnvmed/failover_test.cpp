// SPDX-License-Identifier: Apache-2.0
#include "failover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/controllers.h"
#include "model/handover.h"

namespace dnvme::daemon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// A mirror over n1 and n2, owned by n1, with standbys on n2 and n3; all nodes are online.
struct FailoverTest : testing::Test {
    FailoverTest() {
        for (const char* node : {"n1", "n2", "n3"}) {
            v1::Disk& disk = cluster.disks[std::string("d-") + node];
            disk.set_uuid(std::string("uuid-") + node);
            disk.set_node(node);
            statuses.online[node].set_node(node);
        }
        v1::Volume& added = cluster.volumes["v"];
        added.set_name("v");
        added.set_node("n1");
        added.set_redundancy(v1::REDUNDANCY_RAID1);
        for (const char* node : {"n2", "n3"}) {
            added.add_standbys()->set_node(node);
        }
        v1::Leg& leg = *added.add_legs();
        leg.set_formatted(true);
        for (const char* node : {"n1", "n2"}) {
            v1::LogicalDisk& member = *leg.add_members();
            member.set_uuid(std::string("member-") + node);
            member.set_disk_uuid(std::string("uuid-") + node);
            member.set_sync(v1::LogicalDisk::IN_SYNC);
        }
    }
    v1::Volume& volume() { return cluster.volumes.at("v"); }
    v1::LogicalDisk& member(int number) {
        return *volume().mutable_legs(0)->mutable_members(number);
    }
    /// The daemon of @p node is gone; @p witnesses have no connection from there.
    void lose(const std::string& node, const std::vector<std::string>& witnesses) {
        statuses.online.erase(node);
        statuses.absent[node].set_node(node);
        for (const std::string& witness : witnesses) {
            statuses.online[witness].add_silent(node);
        }
    }
    [[nodiscard]] std::vector<Takeover> found() const { return takeovers(cluster, statuses); }

    model::Cluster cluster;
    store::Statuses statuses;
};

TEST_F(FailoverTest, VolumeOfALostNodeGoesToItsFirstStandby) {
    EXPECT_THAT(found(), IsEmpty());
    lose("n1", {"n2"});
    const auto all = found();
    ASSERT_THAT(all, SizeIs(1));
    EXPECT_EQ(all[0].lost, "n1");
    EXPECT_EQ(all[0].owner, "n2");
    EXPECT_EQ(all[0].volume.owner(), 1U);
    EXPECT_GT(all[0].volume.epoch(), volume().epoch());
    EXPECT_TRUE(all[0].volume.handover().forced());
    volume() = all[0].volume;
    EXPECT_THAT(found(), IsEmpty()) << "once is enough";
}

/// The data path of a node needs no daemon.
TEST_F(FailoverTest, NodeThatIsHeardIsNotLost) {
    lose("n1", {});
    EXPECT_THAT(found(), IsEmpty());
    statuses.online["n3"].add_silent("n1");
    EXPECT_THAT(found(), IsEmpty()) << "n3 has no member that n1 would be connected to";
    statuses.online["n2"].add_silent("n1");
    EXPECT_THAT(found(), SizeIs(1));
}

TEST_F(FailoverTest, NodeWithoutItsAbsenceOnRecordIsNotLost) {
    lose("n1", {"n2"});
    statuses.absent.clear();
    EXPECT_THAT(found(), IsEmpty());
}

TEST_F(FailoverTest, TheLastCopyIsWaitedFor) {
    member(1).set_sync(v1::LogicalDisk::STALE);
    lose("n1", {"n2", "n3"});
    EXPECT_THAT(found(), IsEmpty());
    EXPECT_THAT(nodes_missed(model::Places(cluster), statuses, volume()), ElementsAre("n1"));
}

TEST_F(FailoverTest, ParityNeedsAllMembers) {
    v1::LogicalDisk third = member(1);
    third.set_disk_uuid("uuid-n3");
    *volume().mutable_legs(0)->add_members() = third;
    volume().set_redundancy(v1::REDUNDANCY_RAID5);
    lose("n1", {"n2", "n3"});
    EXPECT_THAT(found(), IsEmpty());
}

TEST_F(FailoverTest, StandbyThatIsOfflineIsPassedOver) {
    member(1).set_disk_uuid("uuid-n3");
    lose("n2", {});
    lose("n1", {"n3"});
    ASSERT_THAT(found(), SizeIs(1));
    EXPECT_EQ(found()[0].owner, "n3");
    lose("n3", {});
    EXPECT_THAT(found(), IsEmpty());
}

TEST_F(FailoverTest, VolumeOfOneNodeStaysThere) {
    volume().clear_standbys();
    volume().add_standbys();
    lose("n1", {"n2"});
    EXPECT_THAT(found(), IsEmpty());
}

TEST_F(FailoverTest, VolumeBeingDeletedStays) {
    volume().set_deleting(true);
    lose("n1", {"n2"});
    EXPECT_THAT(found(), IsEmpty());
}

TEST_F(FailoverTest, LostOwnerBeforeIsNotWaitedForAnyMore) {
    model::change_owner(volume(), 1);
    ASSERT_FALSE(model::has_let_go(volume()));
    lose("n1", {"n2"});
    ASSERT_THAT(found(), SizeIs(1));
    EXPECT_EQ(found()[0].volume.owner(), 1U);
    EXPECT_TRUE(model::has_let_go(found()[0].volume));
}

TEST_F(FailoverTest, OwnerBeforeHasItsLegsAgainWhenTheNewOneIsLost) {
    model::change_owner(volume(), 1);
    lose("n2", {"n1"});
    ASSERT_THAT(found(), SizeIs(1));
    EXPECT_EQ(found()[0].owner, "n1");
    EXPECT_FALSE(found()[0].volume.has_handover());
}

TEST_F(FailoverTest, BothLostLeaveTheThird) {
    member(0).set_disk_uuid("uuid-n3");
    model::change_owner(volume(), 1);
    lose("n1", {"n3"});
    lose("n2", {"n3"});
    ASSERT_THAT(found(), SizeIs(1));
    EXPECT_EQ(found()[0].owner, "n3");
    EXPECT_TRUE(found()[0].volume.handover().forced());
}

TEST_F(FailoverTest, WhoWasReplacedHasToLetGoFirst) {
    lose("n1", {"n2", "n3"});
    volume() = found().at(0).volume;
    member(1).set_disk_uuid("uuid-n3");
    lose("n2", {"n3"});
    EXPECT_THAT(found(), IsEmpty());
    volume().mutable_handover()->set_released(true);
    EXPECT_THAT(found(), SizeIs(1));
}

}  // namespace
}  // namespace dnvme::daemon
