// SPDX-License-Identifier: Apache-2.0
// A disk, broken or well, is replaced by another one.
#include <gmock/gmock.h>

#include "machine.h"
#include "model/names.h"
#include "view.h"

namespace dnvme::daemon {
namespace {

using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ReplaceTest : public Machine {
  protected:
    /// Members on sim0 and sim1; sim2 and sim3 are free.
    void furnish_mirror(v1::Redundancy redundancy = v1::REDUNDANCY_RAID1) {
        furnish();
        ASSERT_DONE(create_volume("v1", 1ULL << 30, 1, redundancy));
    }
    Status replace(const std::string& name, const std::string& with, bool dry_run = false) {
        v1::ReplaceDiskRequest request;
        request.set_name(name);
        request.set_with(with);
        request.set_dry_run(dry_run);
        return run(daemon::replace_disk, request);
    }
    v1::LogicalDisk member(int index) { return cluster().volumes.at("v1").legs(0).members(index); }
    std::string disk_of(int index) {
        for (const auto& [name, disk] : cluster().disks) {
            if (disk.uuid() == member(index).disk_uuid()) {
                return name;
            }
        }
        return {};
    }
    v1::VolumeView shown() {
        const Observation seen = observe();
        return view_volume(seen, seen.cluster.volumes.at("v1"));
    }
    void finish_rebuild() {
        agent_->reconcile();
        sim_.finish_rebuilds();
        agent_->reconcile();
        now_ += seconds(2);
        agent_->reconcile();
    }
    /// Nothing in the kernel is named after it.
    bool is_gone(const std::string& uuid) {
        const auto state = sim_.state();
        for (const auto& [name, device] : state.dm) {
            if (name.find(uuid) != std::string::npos) {
                return false;
            }
        }
        return true;
    }
};

TEST_F(ReplaceTest, WhatWasOnABrokenDiskIsRebuilt) {
    furnish_mirror();
    const std::string broken = disk_of(1);
    const v1::LogicalDisk old = member(1);
    sim_.unplug("/dev/" + broken);
    sim_.err_member(old.uuid());
    agent_->reconcile();
    ASSERT_EQ(member(1).sync(), v1::LogicalDisk::STALE);
    ASSERT_DONE(replace(broken, "sim3"));
    EXPECT_EQ(disk_of(1), "sim3");
    EXPECT_NE(member(1).uuid(), old.uuid());
    EXPECT_EQ(member(1).size_bytes(), old.size_bytes());
    finish_rebuild();
    EXPECT_EQ(member(1).sync(), v1::LogicalDisk::IN_SYNC);
    EXPECT_EQ(shown().health(), v1::HEALTH_OK) << shown().problem();
    EXPECT_TRUE(is_gone(old.uuid()));
    EXPECT_EQ(agent_->reconcile().done, 0U);
    ASSERT_DONE(delete_disk(broken));
}

/// The record comes first: from then on nobody asks the old member for anything.
TEST_F(ReplaceTest, AHealthyDiskIsReplacedWhileItIsUsed) {
    for (const auto redundancy : {v1::REDUNDANCY_RAID1, v1::REDUNDANCY_RAID10}) {
        if (redundancy == v1::REDUNDANCY_RAID1) {
            furnish_mirror();
        } else {
            ASSERT_DONE(delete_volume("v1"));
            ASSERT_DONE(create_disk("/dev/sim4"));
            ASSERT_DONE(create_volume("v1", 1ULL << 30, 1, redundancy));
        }
        const std::string from = disk_of(0);
        const std::string to = redundancy == v1::REDUNDANCY_RAID1 ? "sim3" : "sim4";
        const v1::LogicalDisk old = member(0);
        ASSERT_DONE(replace(from, to));
        EXPECT_THAT(last_.steps(), Contains(HasSubstr("fail what member gate")));
        EXPECT_THAT(last_.events.front().plan().notes(),
                    ElementsAre(HasSubstr("member 0.0 of volume v1 goes to disk " + to)));
        EXPECT_TRUE(is_gone(old.uuid()));
        finish_rebuild();
        EXPECT_EQ(member(0).sync(), v1::LogicalDisk::IN_SYNC);
        EXPECT_EQ(shown().health(), v1::HEALTH_OK) << shown().problem();
        EXPECT_EQ(agent_->reconcile().done, 0U);
        reboot();
        EXPECT_EQ(shown().health(), v1::HEALTH_OK) << shown().problem();
    }
}

TEST_F(ReplaceTest, DryRunTellsThePlanAndDoesNothing) {
    furnish_mirror();
    const Fingerprint before = fingerprint();
    ASSERT_DONE(replace(disk_of(0), "sim3", true));
    EXPECT_TRUE(fingerprint() == before);
    EXPECT_THAT(last_.plan(), Not(IsEmpty()));
}

TEST_F(ReplaceTest, WhatWouldLoseDataIsRefused) {
    furnish_mirror();
    const std::string first = disk_of(0);
    const std::string other = disk_of(1);
    EXPECT_REFUSED(replace("sim9", "sim3"), Code::not_found, "disk 'sim9' does not exist");
    EXPECT_REFUSED(replace(first, "sim9"), Code::not_found, "disk 'sim9' does not exist");
    EXPECT_REFUSED(replace(first, first), Code::invalid, "cannot take its own place");
    EXPECT_REFUSED(replace("sim2", "sim3"), Code::precondition, "holds no part of a volume");
    EXPECT_REFUSED(replace(first, other), Code::invalid,
                   "volume 'v1': leg 0 has a member on disk '" + other + "' already");
    sim_.unplug("/dev/sim3");
    EXPECT_REFUSED(replace(first, "sim3"), Code::precondition, "disk 'sim3' is not there");
    sim_.plug("/dev/sim3");
    sim_.unplug("/dev/" + other);
    sim_.err_member(member(1).uuid());
    agent_->reconcile();
    EXPECT_REFUSED(replace(first, "sim3"), Code::precondition,
                   "leg 0 has not all its data without disk '" + first + "'");
    ASSERT_DONE(create_volume("v2", 1ULL << 30, 1, v1::REDUNDANCY_NONE));
}

TEST_F(ReplaceTest, ItNeedsRoom) {
    furnish();
    ASSERT_DONE(create_volume("v1", 600ULL << 30, 1, v1::REDUNDANCY_RAID1));
    ASSERT_DONE(create_disk("/dev/sim4"));
    v1::CreateVolumeRequest request;
    request.set_name("v2");
    request.set_size_bytes(600ULL << 30);
    request.add_pins()->set_disk("sim4");
    ASSERT_DONE(run(daemon::create_volume, request));
    EXPECT_REFUSED(replace(disk_of(0), "sim4"), Code::no_space, "volume 'v1': member 0.0 needs ",
                   "on disk 'sim4' in one piece");
}

}  // namespace
}  // namespace dnvme::daemon
