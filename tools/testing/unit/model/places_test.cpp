// SPDX-License-Identifier: Apache-2.0
#include "model/places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/names.h"

namespace dnvme::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Disks d1 on node n1, d2 on n2, d3 on n3, each with its name for a uuid.
Cluster three_nodes() {
    Cluster cluster;
    for (const char* number : {"1", "2", "3"}) {
        v1::Disk& disk = cluster.disks[std::string("d") + number];
        disk.set_uuid(std::string("d") + number);
        disk.set_node(std::string("n") + number);
    }
    return cluster;
}

void add_leg(v1::Volume& volume, const std::vector<std::string>& disks) {
    v1::Leg& leg = *volume.add_legs();
    for (const std::string& disk : disks) {
        v1::LogicalDisk& member = *leg.add_members();
        member.set_uuid(volume.name() + std::to_string(volume.legs_size()) + disk);
        member.set_disk_uuid(disk);
    }
}

v1::Volume volume_on(const std::vector<std::string>& disks) {
    v1::Volume volume;
    volume.set_name("v");
    add_leg(volume, disks);
    return volume;
}

Status settle_where_most_are(const Cluster& cluster, v1::Volume& volume) {
    return settle(cluster, volume, busiest_node(Places(cluster), volume));
}

void add_standby_on(v1::Volume& volume, const std::string& node) {
    v1::Controller& standby = *volume.add_standbys();
    standby.set_uuid("s" + node);
    standby.set_node(node);
}

TEST(Places, FindsTheNodeOfAnOldRecordByItsFirstMember) {
    const Cluster cluster = three_nodes();
    const Places places(cluster);
    v1::Volume volume = volume_on({"d2", "d1"});
    EXPECT_EQ(places.node_of(volume), "n2");
    EXPECT_THAT(places.remote_members(volume), ElementsAre("v1d1"));
    volume.set_node("n3");
    EXPECT_EQ(places.node_of(volume), "n3");
    EXPECT_THAT(places.remote_members(volume), ElementsAre("v1d1", "v1d2"));
    EXPECT_EQ(places.node_of(volume_on({"gone"})), "");
    EXPECT_EQ(places.node_of(v1::Volume()), "");
}

TEST(Settle, TakesTheNodeWithMostMembersAndTheFirstByNameOfSeveral) {
    v1::Volume volume = volume_on({"d3", "d2"});
    ASSERT_TRUE(settle_where_most_are(three_nodes(), volume));
    EXPECT_EQ(volume.node(), "n2");
    add_leg(volume, {"d1", "d3"});
    ASSERT_TRUE(settle_where_most_are(three_nodes(), volume));
    EXPECT_EQ(volume.node(), "n3");
    ASSERT_TRUE(settle(three_nodes(), volume, "n1"));
    EXPECT_EQ(volume.node(), "n1");
}

TEST(Settle, SaysNothingOfAVolumeOnOneNode) {
    v1::Volume volume = volume_on({"d2", "d2"});
    ASSERT_TRUE(settle(three_nodes(), volume, "n2"));
    EXPECT_THAT(volume.node(), IsEmpty());
    EXPECT_FALSE(volume.legs(0).members(0).has_port_offset());
}

TEST(Settle, GivesEveryMemberOnAnotherNodeAPortOfItsOwn) {
    Cluster cluster = three_nodes();
    cluster.volumes["other"].set_port_offset(2);
    v1::Volume volume = volume_on({"d1", "d2"});
    volume.set_port_offset(0);
    add_leg(volume, {"d1", "d3"});
    ASSERT_TRUE(settle_where_most_are(cluster, volume));
    EXPECT_FALSE(volume.legs(0).members(0).has_port_offset());
    EXPECT_EQ(volume.legs(0).members(1).port_offset(), 1U);
    EXPECT_FALSE(volume.legs(1).members(0).has_port_offset());
    EXPECT_EQ(volume.legs(1).members(1).port_offset(), 3U);
}

TEST(Settle, GivesAPortToEveryMemberThatIsElsewhereForSomeController) {
    v1::Volume volume = volume_on({"d1", "d2"});
    add_standby_on(volume, "n2");
    ASSERT_TRUE(settle(three_nodes(), volume, "n1"));
    EXPECT_EQ(volume.node(), "n1");
    EXPECT_TRUE(volume.legs(0).members(0).has_port_offset());
    EXPECT_TRUE(volume.legs(0).members(1).has_port_offset());
    const Cluster cluster = three_nodes();
    const Places places(cluster);
    EXPECT_THAT(places.remote_members(volume), ElementsAre("v1d2"));
    volume.set_owner(1);
    EXPECT_EQ(places.node_of(volume), "n2");
    EXPECT_EQ(places.node_of(volume, 0), "n1");
    EXPECT_THAT(places.remote_members(volume), ElementsAre("v1d1"));
    EXPECT_TRUE(places.has_controller_on(volume, "n1"));
    EXPECT_FALSE(places.has_controller_on(volume, "n3"));
}

TEST(StandbyNodes, AreOthersAndThoseFirstThatHaveMembers) {
    Cluster cluster = three_nodes();
    for (const char* name : {"n1", "n2", "n3"})
        cluster.nodes[name].set_name(name);
    const v1::Volume volume = volume_on({"d1", "d3"});
    EXPECT_THAT(standby_nodes(cluster, volume, "n1", 1).value(), ElementsAre("n3"));
    EXPECT_THAT(standby_nodes(cluster, volume, "n1", 2).value(), ElementsAre("n3", "n2"));
    const auto too_few = standby_nodes(cluster, volume, "n1", 3);
    ASSERT_FALSE(too_few);
    EXPECT_EQ(too_few.error().message(),
              "3 standbys need 4 nodes, and the cluster has 3: each is on a node of its own");
    cluster.nodes.erase("n2");
    cluster.nodes.erase("n3");
    EXPECT_THAT(standby_nodes(cluster, volume, "n1", 3).value(), IsEmpty());
}

TEST(Places, NodesOfAVolumeAreThoseOfItsDisksAndItsControllers) {
    const Cluster cluster = three_nodes();
    const Places places(cluster);
    v1::Volume volume = volume_on({"d2", "d1"});
    EXPECT_THAT(places.nodes_of(volume), ElementsAre("n1", "n2"));
    EXPECT_FALSE(places.takes_part(volume, "n3"));
    volume.set_node("n3");
    EXPECT_THAT(places.nodes_of(volume), ElementsAre("n1", "n2", "n3"));
    EXPECT_TRUE(places.takes_part(volume, "n3"));
}

// Somebody has to say that its disk is unknown, and to forget it.
TEST(Places, NobodyKnownIsEverybody) {
    const Cluster cluster = three_nodes();
    const Places places(cluster);
    EXPECT_THAT(places.nodes_of(volume_on({"d9"})), IsEmpty());
    EXPECT_TRUE(places.takes_part(volume_on({"d9"}), "n1"));
    EXPECT_TRUE(places.is_served_by(volume_on({"d9"}), "n1"));
    EXPECT_FALSE(places.is_served_by(volume_on({"d1"}), "n2"));
    EXPECT_THAT(places.nodes_of(volume_on({"d9", "d1"})), ElementsAre("n1"));
}

}  // namespace
}  // namespace dnvme::model
