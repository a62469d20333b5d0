// SPDX-License-Identifier: Apache-2.0
#include "view.h"

#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inventory.h"
#include "machine.h"
#include "model/names.h"

namespace dnvme::daemon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Views : public Machine {
  protected:
    v1::VolumeView volume(const std::string& name) {
        const Observation seen = observe();
        return view_volume(seen, seen.cluster.volumes.at(name));
    }
    v1::DiskView disk(const std::string& name) {
        const Observation seen = observe();
        return view_disk(seen, seen.cluster.disks.at(name));
    }
    /// Path of the disk under a member of the first leg.
    std::string path_of_member(int index) {
        const auto all = cluster();
        const auto& member = all.volumes.at("v1").legs(0).members(index);
        for (const auto& [name, disk] : all.disks) {
            if (disk.uuid() == member.disk_uuid()) {
                return disk.path();
            }
        }
        return {};
    }
};

TEST_F(Views, HealthyVolume) {
    furnish();
    ASSERT_DONE(create_volume("v1", 1ULL << 30, 2, v1::REDUNDANCY_RAID1));
    EXPECT_EQ(volume("v1").health(), v1::HEALTH_OK);
    EXPECT_EQ(volume("v1").problem(), "");
}

TEST_F(Views, VolumeWithoutADiskSaysWhatItWaitsFor) {
    furnish();
    ASSERT_DONE(create_volume("v1", 1ULL << 30, 4));
    sim_.unplug("/dev/sim2");
    reboot();
    EXPECT_EQ(volume("v1").health(), v1::HEALTH_DOWN);
    EXPECT_EQ(volume("v1").problem(), "waits for disk sim2 on node n1");
    EXPECT_EQ(disk("sim2").health(), v1::HEALTH_DOWN);
    EXPECT_EQ(disk("sim2").current_path(), "");
    EXPECT_THAT(disk("sim2").problem(), HasSubstr("plug the disk in again"));
    EXPECT_EQ(disk("sim1").health(), v1::HEALTH_OK);
}

TEST_F(Views, MirrorWithoutADiskIsDegraded) {
    furnish();
    ASSERT_DONE(create_volume("v1", 1ULL << 30, 1, v1::REDUNDANCY_RAID1));
    const std::string gone = path_of_member(1);
    sim_.unplug(gone);
    EXPECT_EQ(volume("v1").health(), v1::HEALTH_DEGRADED);
    EXPECT_EQ(volume("v1").problem(), "disk " + gone.substr(5) + " on node n1 is not there");
    sim_.unplug(path_of_member(0));
    EXPECT_EQ(volume("v1").health(), v1::HEALTH_DOWN);
}

TEST_F(Views, FailedMemberIsDegraded) {
    furnish();
    ASSERT_DONE(create_volume("v1", 1ULL << 30, 1, v1::REDUNDANCY_RAID1));
    const std::string leg = cluster().volumes.at("v1").legs(0).uuid();
    sim_.fail_member(model::dm_uuid(model::DmKind::raid, leg), 0);
    EXPECT_EQ(volume("v1").health(), v1::HEALTH_DEGRADED);
    EXPECT_EQ(volume("v1").problem(), "disk " + path_of_member(0).substr(5) + " on node n1 failed");
}

TEST_F(Views, VolumeThatCannotBeBuiltSaysWhy) {
    furnish();
    ASSERT_DONE(create_volume("v1"));
    sim_.fail_matching("create dm device dnvme-gate-", ENOMEM);
    reboot();
    EXPECT_EQ(volume("v1").health(), v1::HEALTH_DOWN);
    EXPECT_THAT(volume("v1").problem(), HasSubstr("create dm device dnvme-gate-"));
    EXPECT_THAT(volume("v1").problem(), HasSubstr("Cannot allocate memory"));
}

TEST_F(Views, VolumeThatServesButIsNotFinishedSaysWhy) {
    furnish();
    ASSERT_DONE(create_volume("v1"));
    ASSERT_DONE(attach("v1", "h1"));
    sim_.fail_matching("unlink", EIO);
    ASSERT_FALSE(detach("v1", "h1"));
    EXPECT_EQ(volume("v1").health(), v1::HEALTH_DEGRADED);
    EXPECT_THAT(volume("v1").problem(), HasSubstr("unlink"));
}

TEST_F(Views, VolumeBeingDeletedSaysWhatHoldsItUp) {
    furnish();
    ASSERT_DONE(create_volume("v1"));
    sim_.fail_matching("remove dm device", EBUSY);
    ASSERT_FALSE(delete_volume("v1"));
    EXPECT_EQ(volume("v1").health(), v1::HEALTH_DOWN);
    EXPECT_THAT(volume("v1").problem(), HasSubstr("is being deleted: "));
    EXPECT_THAT(volume("v1").problem(), HasSubstr("busy"));
}

TEST_F(Views, CopiedDiskIsNotUsed) {
    furnish();
    const std::string uuid = cluster().disks.at("sim0").uuid();
    ASSERT_DONE(sim_.disks().write_label("/dev/sim5", uuid, cluster().self.uuid()));
    EXPECT_EQ(disk("sim0").health(), v1::HEALTH_DOWN);
    EXPECT_EQ(disk("sim0").problem(), "its label is on /dev/sim0 and /dev/sim5: remove the copy");
    EXPECT_REFUSED(delete_disk("sim0"), Code::precondition, "/dev/sim0 and /dev/sim5",
                   "remove the copy first");
}

TEST_F(Views, DiskOfAnotherClusterIsNobodysBusiness) {
    furnish();
    ASSERT_DONE(sim_.disks().write_label("/dev/sim5", cluster().disks.at("sim0").uuid(), "other"));
    EXPECT_EQ(disk("sim0").health(), v1::HEALTH_OK);
}

TEST_F(Views, DiskShowsWhatIsFree) {
    furnish();
    const std::uint64_t before = disk("sim0").free_bytes();
    EXPECT_GT(before, (1ULL << 40) - (2ULL << 20));
    ASSERT_DONE(create_volume("v1", 4ULL << 30, 4));
    EXPECT_LE(disk("sim0").free_bytes(), before - (1ULL << 30));
    EXPECT_EQ(disk("sim0").current_path(), "/dev/sim0");
}

TEST_F(Views, HostShowsItsVolumes) {
    furnish();
    ASSERT_DONE(create_volume("v2"));
    ASSERT_DONE(create_volume("v1"));
    ASSERT_DONE(attach("v2", "h1"));
    ASSERT_DONE(attach("v1", "h1"));
    const Observation seen = observe();
    const auto view = view_host(seen, seen.cluster.hosts.at("h1"));
    EXPECT_THAT(view.volumes(), ElementsAre("v1", "v2"));
}

TEST_F(Views, ListsAreByNameOrAsAsked) {
    furnish();
    const Observation seen = observe();
    v1::ListRequest request;
    ASSERT_EQ(list_disks(seen, request)->disks_size(), 4);
    EXPECT_EQ(list_disks(seen, request)->disks(0).disk().name(), "sim0");
    request.add_names("sim3");
    request.add_names("sim1");
    const auto two = list_disks(seen, request);
    ASSERT_TRUE(two);
    ASSERT_EQ(two->disks_size(), 2);
    EXPECT_EQ(two->disks(0).disk().name(), "sim3");
    EXPECT_EQ(two->disks(1).disk().name(), "sim1");
}

TEST_F(Views, UnknownNameInAListIsSaid) {
    furnish();
    const Observation seen = observe();
    v1::ListRequest request;
    request.add_names("x");
    EXPECT_EQ(list_nodes(seen, request).error().message(), "node 'x' does not exist");
    EXPECT_EQ(list_disks(seen, request).error().message(), "disk 'x' does not exist");
    EXPECT_EQ(list_volumes(seen, request).error().message(), "volume 'x' does not exist");
    EXPECT_EQ(list_hosts(seen, request).error().message(), "host 'x' does not exist");
    EXPECT_EQ(list_hosts(seen, request).error().code(), Code::not_found);
}

}  // namespace
}  // namespace dnvme::daemon
