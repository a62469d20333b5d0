// SPDX-License-Identifier: Apache-2.0
// Volumes with members on another node, from the side of the node that serves them.
#include <cerrno>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "machine.h"
#include "model/names.h"
#include "operations/intent.h"
#include "view.h"

namespace dnvme::daemon {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class Remote : public Machine {
  protected:
    /// Node n2 beside this one, with a disk that is emptier than all of this one's. Its daemon has
    /// done whatever it is asked to.
    void furnish_two_nodes() {
        furnish();
        add_far_node();
    }
    void add_far_node() {
        v1::Node node = cluster().nodes.at("n1");
        node.set_uuid("bb000000-0000-4000-8000-000000000002");
        node.set_name("n2");
        node.mutable_portals(0)->set_address("192.0.2.2");
        v1::Disk disk;
        disk.set_uuid("dd000000-0000-4000-8000-000000000002");
        disk.set_name("far");
        disk.set_node("n2");
        disk.set_size_bytes(1ULL << 42);
        disk.set_data_offset_bytes(1 << 20);
        const auto loaded = store::load(*store_).value();
        ASSERT_TRUE(store::Change(loaded).put(node).put(disk).commit(*store_));
        v1::NodeStatus status;
        status.set_schema_version(store::kStatusVersion);
        status.set_node("n2");
        status.set_revision(std::numeric_limits<std::int64_t>::max());
        ASSERT_TRUE(store_->transact(
            {}, {{.key = store::status_key("n2"), .value = status.SerializeAsString()}}));
    }
    Status create(const std::string& node = "") {
        v1::CreateVolumeRequest request;
        request.set_name("v1");
        request.set_size_bytes(1 << 30);
        request.set_redundancy(v1::REDUNDANCY_RAID1);
        request.set_node(node);
        return run(daemon::create_volume, request);
    }
    v1::LogicalDisk far() { return cluster().volumes.at("v1").legs(0).members(0); }
    void offer() { sim_.remotes().offer(far().uuid(), far().size_bytes()); }
    v1::VolumeView shown() {
        const Observation seen = observe();
        return view_volume(seen, seen.cluster.volumes.at("v1"));
    }
};

TEST_F(Remote, AVolumeIsDownUntilTheOtherNodeLetsItIn) {
    furnish_two_nodes();
    ASSERT_DONE(create());
    EXPECT_EQ(cluster().volumes.at("v1").node(), "n1");
    EXPECT_TRUE(far().has_port_offset());
    EXPECT_EQ(shown().health(), v1::HEALTH_DOWN);
    EXPECT_EQ(shown().problem(), "waits for a connection to disk far on node n2");
    EXPECT_FALSE(agent_->last().settled()) << "nobody would try again";
    EXPECT_THAT(sim_.state().dm, IsEmpty());
    offer();
    EXPECT_TRUE(agent_->reconcile().settled());
    EXPECT_EQ(shown().health(), v1::HEALTH_OK) << shown().problem();
    EXPECT_EQ(agent_->reconcile().done, 0U);
}

TEST_F(Remote, ARestartedDaemonFindsItsConnections) {
    furnish_two_nodes();
    ASSERT_DONE(create());
    offer();
    agent_->reconcile();
    const auto done = sim_.history().size();
    restart_daemon();
    EXPECT_EQ(sim_.history().size(), done);
    EXPECT_TRUE(agent_->last().settled());
}

/// What only some volumes need holds up no other.
TEST_F(Remote, OtherVolumesDoNotWait) {
    furnish();
    ASSERT_DONE(create_volume("here"));
    add_far_node();
    ASSERT_DONE(create());
    offer();
    sim_.fail_matching("load module nvme_tcp", ENOENT);
    reboot();
    const Observation seen = observe();
    EXPECT_EQ(view_volume(seen, seen.cluster.volumes.at("here")).health(), v1::HEALTH_OK);
    EXPECT_EQ(shown().health(), v1::HEALTH_DOWN);
}

TEST_F(Remote, AMemberThatIsNotConnectedIsSeen) {
    furnish_two_nodes();
    ASSERT_DONE(create());
    offer();
    agent_->reconcile();
    sim_.remotes().withdraw(far().uuid());
    const auto before = sim_.state().dm;
    agent_->reconcile();
    EXPECT_EQ(shown().health(), v1::HEALTH_DEGRADED);
    EXPECT_EQ(shown().problem(), "disk far on node n2 is not there");
    EXPECT_EQ(sim_.state().dm, before);
}

TEST_F(Remote, DeletingLetsGoBeforeItForgets) {
    furnish_two_nodes();
    ASSERT_DONE(create());
    offer();
    agent_->reconcile();
    sim_.fail_matching("disconnect from", EBUSY);
    EXPECT_FALSE(delete_volume("v1"));
    EXPECT_TRUE(cluster().volumes.contains("v1"));
    sim_.fail_matching("", 0);
    EXPECT_TRUE(agent_->reconcile().settled());
    EXPECT_THAT(cluster().volumes, IsEmpty());
    EXPECT_THAT(sim_.state().connections, IsEmpty());
    EXPECT_THAT(sim_.state().dm, IsEmpty());
}

/// It is the other node's to build; here is only the export.
TEST_F(Remote, AVolumeOfAnotherNodeIsExportedToItAndForgottenByIt) {
    furnish_two_nodes();
    ASSERT_DONE(create("n2"));
    const auto state = sim_.state();
    EXPECT_THAT(state.connections, IsEmpty());
    EXPECT_EQ(state.dm.size(), 2U) << "a slice and its gate";
    EXPECT_EQ(state.ports.size(), 1U);
    EXPECT_FALSE(delete_volume("v1")) << "n2 has not let go";
    EXPECT_EQ(sim_.state().dm.size(), 2U);
    const auto loaded = store::load(*store_).value();
    ASSERT_TRUE(store::Change(loaded)
                    .erase(store::key_of(loaded.cluster.volumes.at("v1")))
                    .commit(*store_));
    EXPECT_TRUE(agent_->reconcile().settled());
    EXPECT_THAT(sim_.state().dm, IsEmpty());
    EXPECT_THAT(sim_.state().subsystems, IsEmpty());
    EXPECT_THAT(sim_.state().ports, IsEmpty());
    EXPECT_THAT(sim_.state().hosts, IsEmpty());
}

/// What hosts see grows when the other node has done its part.
TEST_F(Remote, AVolumeGrowsWhenItsMembersHave) {
    furnish_two_nodes();
    ASSERT_DONE(create());
    offer();
    agent_->reconcile();
    const auto before = sim_.state().dm;
    v1::ResizeVolumeRequest request;
    request.set_name("v1");
    request.set_size_bytes(2ULL << 30);
    const Status late = run(daemon::resize_volume, request);
    ASSERT_FALSE(late) << "n2 says that it has done its part, and nobody sees that";
    EXPECT_THAT(late.error().message(),
                HasSubstr("resize volume 'v1': has 1 GiB of its 2 GiB yet: it waits until its "
                          "members have grown: disk far on node n2: dnvmed goes on trying"));
    EXPECT_EQ(sim_.state().dm, before);
    EXPECT_EQ(shown().health(), v1::HEALTH_DEGRADED);
    EXPECT_FALSE(agent_->last().settled()) << "nobody would try again";
    offer();
    EXPECT_TRUE(agent_->reconcile().settled());
    EXPECT_EQ(shown().health(), v1::HEALTH_OK) << shown().problem();
    const auto front = model::dm_uuid(model::DmKind::front, cluster().volumes.at("v1").uuid());
    EXPECT_EQ(sim_.state().dm.at(front).table.at(0).length_sectors, 2ULL << 21);
}

TEST_F(Remote, WhatIsRefused) {
    furnish_two_nodes();
    EXPECT_REFUSED(create("n3"), Code::not_found, "node 'n3' does not exist");
    ASSERT_DONE(create("n2"));
    EXPECT_REFUSED(delete_node("n2"), Code::precondition, "node 'n2' has disks");
}

}  // namespace
}  // namespace dnvme::daemon
