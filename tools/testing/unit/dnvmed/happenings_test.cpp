// SPDX-License-Identifier: Apache-2.0
// What is told of two looks at a store, and how it is kept.
#include "happenings.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "event_log.h"

namespace dnvme::daemon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::chrono::milliseconds kAtOnce{0};
constexpr std::chrono::seconds kLong{600};

/// Volume v1 with its one member on disk d1 of node n1, which is online and says so.
store::Loaded sample() {
    store::Loaded loaded;
    loaded.cluster.nodes["n1"].set_name("n1");
    loaded.cluster.nodes["n1"].set_uuid("uuid-n1");
    v1::Disk& disk = loaded.cluster.disks["d1"];
    disk.set_name("d1");
    disk.set_uuid("uuid-d1");
    disk.set_node("n1");
    v1::Volume& volume = loaded.cluster.volumes["v1"];
    volume.set_name("v1");
    volume.set_uuid("uuid-v1");
    volume.set_size_bytes(1024);
    volume.set_epoch(1);
    v1::LogicalDisk& member = *volume.add_legs()->add_members();
    member.set_uuid("uuid-m");
    member.set_disk_uuid("uuid-d1");
    member.set_sync(v1::LogicalDisk::IN_SYNC);
    v1::NodeStatus& status = loaded.statuses.online["n1"];
    v1::FoundDisk& found = *status.add_disks();
    found.set_uuid("uuid-d1");
    found.set_path("/dev/a");
    v1::VolumeStatus& told = *status.add_volumes();
    told.set_uuid("uuid-v1");
    told.set_health(v1::HEALTH_OK);
    return loaded;
}

std::vector<std::string> lines(const store::Loaded& before, const store::Loaded& now) {
    std::vector<std::string> said;
    for (const auto& event : happenings(before, now, 1000)) {
        EXPECT_EQ(event.time_unix_s(), 1000);
        said.push_back(event.noun() + " " + event.name() + " " + event.what());
    }
    return said;
}

class HappeningsTest : public testing::Test {
  protected:
    v1::Volume& volume() { return now_.cluster.volumes.at("v1"); }
    v1::NodeStatus& status() { return now_.statuses.online.at("n1"); }
    std::vector<std::string> lines() { return daemon::lines(before_, now_); }

    const store::Loaded before_ = sample();
    store::Loaded now_ = sample();
};

TEST_F(HappeningsTest, NothingIsNothing) {
    EXPECT_THAT(lines(), IsEmpty());
}

TEST_F(HappeningsTest, ObjectsComeAndGo) {
    EXPECT_THAT(
        daemon::lines({}, before_),
        ElementsAre("node n1 was created", "disk d1 was created", "volume v1 was created",
                    "node n1 is online", "disk d1 is /dev/a on node n1", "volume v1 is ok"));
    now_.cluster.volumes.clear();
    EXPECT_THAT(lines(), ElementsAre("volume v1 was deleted"));
}

TEST_F(HappeningsTest, AnotherNameIsNoOtherVolume) {
    v1::Volume renamed = volume();
    renamed.set_name("v2");
    now_.cluster.volumes = {{"v2", renamed}};
    EXPECT_THAT(lines(), ElementsAre("volume v2 was 'v1' before"));
}

TEST_F(HappeningsTest, ChangesOfAVolumeAreTold) {
    volume().add_hosts("h1");
    volume().set_epoch(2);
    volume().set_owner(1);
    volume().set_size_bytes(2048);
    volume().mutable_legs(0)->mutable_members(0)->set_sync(v1::LogicalDisk::STALE);
    EXPECT_THAT(lines(), ElementsAre("volume v1 was attached to host 'h1'",
                                     "volume v1 is owned by controller 1 from epoch 2",
                                     "volume v1 has 2048 bytes instead of 1024",
                                     "volume v1 its member on disk d1 is stale"));
    EXPECT_THAT(daemon::lines(now_, before_)[0], "volume v1 was detached from host 'h1'");
}

TEST_F(HappeningsTest, AMemberThatTakesThePlaceOfAnotherIsTold) {
    volume().mutable_legs(0)->mutable_members(0)->set_uuid("another");
    EXPECT_THAT(lines(), ElementsAre("volume v1 has a new member on disk d1"));
}

TEST_F(HappeningsTest, NodesComeAndGo) {
    now_.statuses.online.clear();
    EXPECT_THAT(lines(), ElementsAre("node n1 is offline"));
    now_ = sample();
    now_.statuses.leader = "n1";
    EXPECT_THAT(lines(), ElementsAre("node n1 leads the cluster"));
}

TEST_F(HappeningsTest, DisksMoveAndAreLost) {
    status().mutable_disks(0)->set_path("/dev/b");
    EXPECT_THAT(lines(), ElementsAre("disk d1 is /dev/b on node n1"));
    status().clear_disks();
    EXPECT_THAT(lines(), ElementsAre("disk d1 is not there any more"));
}

TEST_F(HappeningsTest, HealthIsToldWithItsReason) {
    status().mutable_volumes(0)->set_health(v1::HEALTH_DEGRADED);
    status().mutable_volumes(0)->set_problem("disk d1 is not there");
    EXPECT_THAT(lines(), ElementsAre("volume v1 is degraded: disk d1 is not there"));
    volume().set_deleting(true);
    EXPECT_THAT(lines(), ElementsAre("volume v1 is being deleted"));
}

std::vector<v1::ClusterEvent> some(std::size_t count) {
    return std::vector<v1::ClusterEvent>(count);
}

TEST(EventLogTest, GivesWhatFollows) {
    EventLog log;
    log.add(some(3));
    const auto first = log.read(0, kAtOnce);
    EXPECT_THAT(first.events, SizeIs(3));
    EXPECT_THAT(log.read(first.next, kAtOnce).events, IsEmpty());
    log.add(some(2));
    EXPECT_THAT(log.read(first.next, kLong).events, SizeIs(2));
}

TEST(EventLogTest, ForgetsTheOldest) {
    EventLog log;
    log.add(some(EventLog::kMost + 10));
    const auto all = log.read(0, kAtOnce);
    EXPECT_THAT(all.events, SizeIs(EventLog::kMost));
    EXPECT_EQ(all.next, EventLog::kMost + 10);
}

TEST(EventLogTest, EndWakesWhoWaits) {
    EventLog log;
    std::thread closer([&] { log.close(); });
    EXPECT_TRUE(log.read(0, kLong).over);
    closer.join();
}

}  // namespace
}  // namespace dnvme::daemon
