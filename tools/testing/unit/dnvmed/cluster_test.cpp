// SPDX-License-Identifier: Apache-2.0
// Daemons that share a store: in memory, and a real etcd.
#include <algorithm>
#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../store/etcd_server.h"
#include "base/unix_time.h"
#include "files.h"
#include "machine.h"
#include "nodes.h"
#include "store/records.h"
#include "store/statuses.h"
#include "view.h"

namespace dnvme::daemon {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

/// Where the daemons of a test find each other.
class Meeting {
  public:
    virtual ~Meeting() = default;
    virtual std::shared_ptr<store::Store> open(const std::string& node) = 0;
    /// Nobody gets an answer any more, or everybody does again.
    virtual void silence(bool silent) = 0;
};

class InMemory : public Meeting {
  public:
    std::shared_ptr<store::Store> open(const std::string& /*node*/) override { return store_; }
    void silence(bool /*silent*/) override {}

  private:
    std::shared_ptr<store::Store> store_ = std::move(store::open_sqlite(":memory:").value());
};

class InEtcd : public Meeting {
  public:
    InEtcd() : servers_(directory_ / "", 1) {}
    std::shared_ptr<store::Store> open(const std::string& node) override {
        auto options = servers_.options(node);
        options.attempt_timeout = std::chrono::milliseconds(1000);
        options.timeout = std::chrono::milliseconds(3000);
        return std::move(store::open_etcd(options).value());
    }
    void silence(bool silent) override { silent ? servers_.stop(0) : servers_.resume(0); }

  private:
    const TempDir directory_;
    store::EtcdServers servers_;
};

class ClusterTest : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        if (GetParam() == "etcd" && !store::has_etcd()) {
            GTEST_SKIP() << "there is no etcd on this machine";
        }
        meeting_ = GetParam() == "etcd" ? std::unique_ptr<Meeting>(std::make_unique<InEtcd>())
                                        : std::make_unique<InMemory>();
        store_ = meeting_->open("test");
        n1_ = start("n1", sim1_);
        n2_ = start("n2", sim2_);
        ASSERT_DONE(n1_->create_node("n1"));
        ASSERT_DONE(n1_->create_node("n2"));
        ASSERT_DONE(n1_->create_host("h1"));
        ASSERT_DONE(n2_->create_disk("/dev/sim0", "d2"));
        // It is said with the status, which follows.
        ASSERT_TRUE(eventually([&] { return knows_disk(); }));
    }

    std::unique_ptr<TestNode> start(const std::string& name, const Sim& sim) {
        return std::make_unique<TestNode>(name, std::make_unique<Line>(meeting_->open(name)), sim);
    }
    bool knows_disk() {
        const auto status = store::load(*store_).value().statuses.online["n2"];
        return status.disks_size() == 1;
    }
    model::Cluster cluster() { return store::load(*store_).value().cluster; }
    v1::VolumeView view(TestNode& node, const std::string& volume) {
        const auto seen = node.observe();
        return view_volume(seen, seen.cluster.volumes.at(volume));
    }
    static bool has_front(TestNode& node) {
        const auto kernel = node.kernel();
        return std::ranges::any_of(
            kernel.dm, [](const auto& device) { return device.first.starts_with("DNVME-front-"); });
    }
    v1::NodeView view_of_node(TestNode& node, const std::string& name) {
        const auto seen = node.observe();
        return view_node(seen, seen.cluster.nodes.at(name));
    }

    std::unique_ptr<Meeting> meeting_;
    std::shared_ptr<store::Store> store_;
    Sim sim1_ = std::make_shared<sys::Simulator>();
    Sim sim2_ = std::make_shared<sys::Simulator>();
    std::unique_ptr<TestNode> n1_;
    std::unique_ptr<TestNode> n2_;
};

INSTANTIATE_TEST_SUITE_P(Stores, ClusterTest, testing::Values("memory", "etcd"),
                         [](const auto& kind) { return kind.param; });

TEST_P(ClusterTest, VolumeOfAnotherNodeLivesAndDies) {
    ASSERT_DONE(n1_->create_volume("v1"));
    EXPECT_THAT(n1_->kernel().dm, IsEmpty());
    EXPECT_FALSE(n2_->kernel().dm.empty());
    ASSERT_EQ(n1_->events.back().volume().health(), v1::HEALTH_OK)
        << n1_->events.back().volume().problem();
    ASSERT_DONE(n1_->attach("v1", "h1"));
    EXPECT_FALSE(n2_->kernel().ports.empty());
    ASSERT_DONE(n1_->detach("v1", "h1"));
    EXPECT_TRUE(n2_->kernel().ports.empty());
    ASSERT_DONE(n1_->delete_volume("v1"));
    EXPECT_THAT(cluster().volumes, IsEmpty());
    EXPECT_THAT(n2_->kernel().dm, IsEmpty());
}

TEST_P(ClusterTest, ErrorOfAnotherNodeIsReportedAndUndone) {
    n2_->hurt([](sys::Simulator& sim) { sim.fail_matching("create thin volume", EIO); });
    const Status done = n1_->create_volume("v1");
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().message(),
                AllOf(HasSubstr("node 'n2'"), HasSubstr("Input/output error"),
                      HasSubstr("it was taken back")));
    n2_->hurt([](sys::Simulator& sim) { sim.fail_matching("", 0); });
    EXPECT_TRUE(eventually([&] { return cluster().volumes.empty(); }));
    EXPECT_THAT(n2_->kernel().dm, IsEmpty());
}

TEST_P(ClusterTest, NodeThatIsOfflineIsNamed) {
    ASSERT_DONE(n1_->create_volume("v1"));
    n2_.reset();
    ASSERT_TRUE(eventually([&] {
        const auto node = view_of_node(*n1_, "n2");
        return node.presence() == v1::PRESENCE_OFFLINE && node.since_unix_s() != 0;
    }));
    const Status attached = n1_->attach("v1", "h1");
    ASSERT_FALSE(attached);
    EXPECT_THAT(attached.error().message(), HasSubstr("node 'n2' is offline since"));
    EXPECT_THAT(cluster().volumes["v1"].hosts(), IsEmpty());
    EXPECT_EQ(view(*n1_, "v1").health(), v1::HEALTH_UNKNOWN);
    n2_ = start("n2", sim2_);
    ASSERT_TRUE(eventually([&] { return store::load(*store_).value().statuses.absent.empty(); }));
    ASSERT_TRUE(eventually([&] { return view(*n1_, "v1").health() == v1::HEALTH_OK; }));
    ASSERT_DONE(n1_->attach("v1", "h1"));
}

// No data path leads from one to the other.
TEST_P(ClusterTest, VolumeTakesDisksOfSeveralNodes) {
    ASSERT_DONE(n1_->create_disk("/dev/sim0", "d1"));
    v1::CreateVolumeRequest request;
    request.set_name("v1");
    request.set_size_bytes(1ULL << 30);
    request.set_redundancy(v1::REDUNDANCY_RAID1);
    ASSERT_DONE(n1_->run(create_volume, request));
    EXPECT_EQ(cluster().volumes["v1"].node(), "n1");
    EXPECT_EQ(n2_->kernel().dm.size(), 2U) << "the slice of the member, and its gate";
    EXPECT_EQ(n2_->kernel().subsystems.size(), 1U);
}

// Nobody asks the daemon of n2 for anything.
TEST_P(ClusterTest, RecordsAreFollowedWhoeverWritesThem) {
    ASSERT_DONE(n2_->create_volume("v1"));
    auto loaded = store::load(*store_).value();
    v1::Volume volume = loaded.cluster.volumes["v1"];
    volume.set_deleting(true);
    ASSERT_DONE(store::Change(loaded).put(volume).commit(*store_));
    EXPECT_TRUE(eventually([&] { return n2_->kernel().dm.empty(); }));
    EXPECT_TRUE(eventually([&] { return cluster().volumes.empty(); }));
}

TEST_P(ClusterTest, AnotherLeadsWhenTheLeaderIsGone) {
    ASSERT_TRUE(eventually([&] { return !n1_->status().leader().empty(); }));
    const bool first = n1_->status().leader() == "n1";
    (first ? n1_ : n2_).reset();
    TestNode& left = first ? *n2_ : *n1_;
    EXPECT_TRUE(eventually([&] { return left.status().leader() == (first ? "n2" : "n1"); }));
}

TEST_P(ClusterTest, SilentStoreIsNamedAndNothingIsTouched) {
    ASSERT_DONE(n1_->create_volume("v1"));
    const auto before = n2_->kernel();
    n2_->cut(true);
    meeting_->silence(true);
    const Status done = n2_->create_host("h2");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), Code::conflict);
    EXPECT_THAT(done.error().message(),
                AllOf(HasSubstr("the test's store"), HasSubstr("has not answered since")));
    const auto status = n2_->status();
    EXPECT_FALSE(status.store().reachable());
    EXPECT_NE(status.store().since_unix_s(), 0);
    EXPECT_TRUE(n2_->kernel() == before);
    meeting_->silence(false);
    n2_->cut(false);
    EXPECT_TRUE(eventually([&] { return n2_->create_host("h2").has_value(); }));
    EXPECT_TRUE(n2_->kernel() == before);
}

TEST_P(ClusterTest, DaemonThatStartsWithoutItsStoreWaitsForIt) {
    ASSERT_DONE(n1_->create_volume("v1"));
    n2_.reset();
    sim2_->reboot();
    auto line = std::make_unique<Line>(meeting_->open("n2"));
    *line->cut = true;
    n2_ = std::make_unique<TestNode>("n2", std::move(line), sim2_);
    EXPECT_FALSE(n2_->create_host("h2"));
    EXPECT_THAT(n2_->kernel().dm, IsEmpty());
    n2_->cut(false);
    EXPECT_TRUE(eventually([&] { return !n2_->kernel().dm.empty(); }));
}

/// What each step does is shown in handover_test.cpp: the simulated machines share no disks.
TEST_P(ClusterTest, StandbyIsOnTheOtherNode) {
    ASSERT_DONE(n1_->create_volume("v1", 1));
    const v1::VolumeView seen = view(*n1_, "v1");
    EXPECT_EQ(seen.controllers(0).node(), "n2") << "where its disk is";
    EXPECT_EQ(seen.controllers(1).node(), "n1");
    EXPECT_EQ(seen.controllers(1).subsystem_nqn(), seen.controllers(0).subsystem_nqn());
    EXPECT_TRUE(has_front(*n1_));
    EXPECT_TRUE(has_front(*n2_));
    EXPECT_EQ(seen.health(), v1::HEALTH_OK);
    ASSERT_DONE(n1_->delete_volume("v1"));
    EXPECT_TRUE(eventually([&] { return n1_->kernel().dm.empty() && n2_->kernel().dm.empty(); }));
}

TEST_P(ClusterTest, VolumeIsNotTakenFromANodeThatIsOnline) {
    ASSERT_DONE(n1_->create_volume("v1", 1));
    const Status refused = n1_->activate("v1", 1, true);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("is online: do it without force"));
    EXPECT_EQ(cluster().volumes.at("v1").epoch(), 1U);
}

/// Its node has the only member: what it reads nobody can stop.
TEST_P(ClusterTest, VolumeIsNotTakenTogetherWithItsMember) {
    ASSERT_DONE(n1_->create_volume("v1", 1));
    n2_->cut(true);
    ASSERT_TRUE(
        eventually([&] { return view_of_node(*n1_, "n2").presence() == v1::PRESENCE_OFFLINE; }));
    const Status refused = n1_->activate("v1", 1, true);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("not enough to go on with: it needs n2"));
    EXPECT_EQ(cluster().volumes.at("v1").epoch(), 1U);
    n2_->cut(false);
}

TEST_P(ClusterTest, VolumeOfALostNodeGetsAnotherOwner) {
    ASSERT_DONE(n1_->create_disk("/dev/sim0", "d1"));
    ASSERT_DONE(n1_->create_volume("v1", 1, v1::REDUNDANCY_RAID1));
    ASSERT_EQ(view(*n1_, "v1").controllers(0).node(), "n1");
    auto loaded = store::load(*store_).value();
    v1::Volume volume = loaded.cluster.volumes["v1"];
    volume.mutable_legs(0)->set_formatted(true);
    ASSERT_DONE(store::Change(loaded).put(volume).commit(*store_));
    n2_->hurt([](sys::Simulator& machine) { machine.see_peers({"192.0.2.1"}); });
    n1_->cut(true);
    ASSERT_TRUE(
        eventually([&] { return view_of_node(*n2_, "n1").presence() == v1::PRESENCE_OFFLINE; }));
    std::this_thread::sleep_for(std::chrono::seconds(2));
    EXPECT_EQ(cluster().volumes.at("v1").owner(), 0U) << "its data path lives";
    n2_->hurt([](sys::Simulator& machine) { machine.see_peers({}); });
    EXPECT_TRUE(eventually([&] { return cluster().volumes.at("v1").owner() == 1; }));
    EXPECT_TRUE(cluster().volumes.at("v1").handover().forced());
    n1_->cut(false);
    EXPECT_TRUE(eventually([&] { return cluster().volumes.at("v1").handover().released(); }));
}

TEST_P(ClusterTest, SecondDaemonOfOneNameIsRefused) {
    TestNode second("n2", std::make_unique<Line>(meeting_->open("n2")),
                    std::make_shared<sys::Simulator>());
    EXPECT_FALSE(second.create_host("h2"));
    const auto why = second.refusal();
    ASSERT_TRUE(why);
    EXPECT_THAT(why->message(), AllOf(HasSubstr("node 'n2' is run by a daemon on another machine"),
                                      HasSubstr("node.name")));
    ASSERT_DONE(n2_->create_host("h2"));
}

TEST_P(ClusterTest, CopyOfAMachineIsNamed) {
    const Identity n3{.node = "n3", .instance = "i3", .machine = "m", .boot = "b3"};
    const Identity n4{.node = "n4", .instance = "i4", .machine = "m", .boot = "b4"};
    TestNode one("n3", std::make_unique<Line>(meeting_->open("n3")),
                 std::make_shared<sys::Simulator>(), n3);
    TestNode copy("n4", std::make_unique<Line>(meeting_->open("n4")),
                  std::make_shared<sys::Simulator>(), n4);
    ASSERT_DONE(n1_->create_node("n4"));
    EXPECT_THAT(view_of_node(*n1_, "n4").problem(), HasSubstr("has the machine id of node 'n3'"));
}

TEST_P(ClusterTest, WrongClockIsNamed) {
    v1::NodeStatus status;
    status.set_node("n3");
    status.set_told_unix_s(unix_now() + 3600);
    ASSERT_TRUE(store_->transact(
        {}, {{.key = store::status_key("n3"), .value = status.SerializeAsString()}}));
    ASSERT_DONE(n1_->create_node("n3"));
    EXPECT_TRUE(eventually([&] {
        return view_of_node(*n1_, "n3").problem().find("s ahead of that of node") !=
               std::string::npos;
    }));
}

TEST_P(ClusterTest, DiskThatMovedIsNamed) {
    const std::string uuid = cluster().disks.at("d2").uuid();
    n2_->hurt([](sys::Simulator& sim) { sim.unplug("/dev/sim0"); });
    n1_->hurt([&](sys::Simulator& sim) {
        ASSERT_DONE(sim.disks().write_label("/dev/sim3", uuid, cluster().self.uuid()));
    });
    ASSERT_DONE(n2_->create_host("h2"));  // it looks around, and says what it sees
    const auto view = [&] {
        const auto seen = n1_->observe();
        return view_disk(seen, seen.cluster.disks.at("d2"));
    };
    ASSERT_TRUE(eventually([&] { return view().health() == v1::HEALTH_DOWN; }));
    EXPECT_THAT(view().problem(), HasSubstr("moved to node 'n1', where it is /dev/sim3"));
}

// The lock file of the machine says that the one before is dead, and its lease may still run.
TEST_P(ClusterTest, DaemonOfTheSameBootIsReplacedAtOnce) {
    const Identity before{.node = "n3", .instance = "i1", .machine = "m", .boot = "b"};
    const Identity after{.node = "n3", .instance = "i2", .machine = "m", .boot = "b"};
    Presence dead(*store_, before, std::chrono::seconds(600), {});
    ASSERT_TRUE(dead.try_take().value());
    Presence next(*store_, after, std::chrono::seconds(600), {});
    EXPECT_TRUE(next.try_take().value());
    const Identity reboot{.node = "n3", .instance = "i3", .machine = "m", .boot = "c"};
    Presence other(*store_, reboot, std::chrono::seconds(600), {});
    EXPECT_FALSE(other.try_take().value());
}

}  // namespace
}  // namespace dnvme::daemon
