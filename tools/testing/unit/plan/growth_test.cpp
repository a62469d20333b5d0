// SPDX-License-Identifier: Apache-2.0
// Volumes that are resized.
#include "model/growth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/names.h"
#include "model/places.h"
#include "plan/grow_legs.h"
#include "plan/place_legs.h"
#include "sample.h"
#include "world.h"

namespace dnvme::plan {
namespace {

using model::DmKind;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::StartsWith;

constexpr std::uint64_t kGiB = 1ULL << 30;

/// Volume v0, which is there as it was before it was resized.
struct Resized {
    explicit Resized(v1::Redundancy redundancy, int legs = 1, bool standby = false) {
        v1::Volume& volume = add_volume(cluster, "v0", legs, redundancy);
        attach(volume, "h0");
        if (standby)
            add_standby(volume);
        format_all(cluster);
        before = built(cluster);
        grow(cluster, "v0", kGiB);
    }
    std::vector<std::string> plan() { return plan_for(cluster, before); }

    model::Cluster cluster = sample_cluster();
    KernelState before;
};

std::vector<DmTarget> table(const KernelState& kernel, DmKind kind, const std::string& uuid) {
    return kernel.dm.at(model::dm_uuid(kind, uuid)).table;
}

TEST(Growth, GoesFromTheBottomUp) {
    EXPECT_THAT(
        Resized(v1::REDUNDANCY_RAID1).plan(),
        ElementsAre(
            StartsWith("reload dm device dnvme-ld-"), StartsWith("reload dm device dnvme-gate-"),
            StartsWith("reload dm device dnvme-ld-"), StartsWith("reload dm device dnvme-gate-"),
            StartsWith("reload dm device dnvme-rdata-"),
            StartsWith("reload dm device dnvme-rdata-"), StartsWith("reload dm device dnvme-raid-"),
            StartsWith("reload dm device dnvme-tmeta-"),
            StartsWith("reload dm device dnvme-tdata-"), StartsWith("reload dm device dnvme-pool-"),
            StartsWith("reload dm device dnvme-thin-"), StartsWith("reload dm device dnvme-front-"),
            StartsWith("announce that namespace 1 of nvmet subsystem ")));
}

TEST(Growth, HostsHearOfItWhenAllLegsHaveGrown) {
    Resized volume(v1::REDUNDANCY_NONE, 2);
    const auto plan = volume.plan();
    ASSERT_EQ(plan.size(), 14U);
    EXPECT_THAT(plan[12], StartsWith("reload dm device dnvme-front-"));
    EXPECT_THAT(plan[13], testing::EndsWith(" has 21 GiB"));
}

/// Nobody is cut off: the front has the same legs under the same epoch.
TEST(Growth, OfAVolumeWithStandbysIsNoChangeOfItsOwner) {
    const auto plan = Resized(v1::REDUNDANCY_NONE, 1, true).plan();
    EXPECT_THAT(plan, Each(testing::Not(HasSubstr("fence"))));
    EXPECT_THAT(plan, Each(testing::Not(HasSubstr("unlink"))));
    EXPECT_THAT(plan.at(plan.size() - 2), StartsWith("announce")) << "the standby's, too";
}

/// What was on the device before stays where it is.
TEST(Growth, PutsMetadataAndDataBehindWhatWasThere) {
    Resized volume(v1::REDUNDANCY_RAID1);
    const v1::Leg leg = volume.cluster.volumes.at("v0").legs(0);
    const KernelState after = built(volume.cluster);
    const auto old_meta = table(volume.before, DmKind::tmeta, leg.uuid());
    const auto old_data = table(volume.before, DmKind::tdata, leg.uuid());
    const auto meta = table(after, DmKind::tmeta, leg.uuid());
    const auto data = table(after, DmKind::tdata, leg.uuid());
    ASSERT_EQ(meta.size(), 2U);
    ASSERT_EQ(data.size(), 2U);
    EXPECT_EQ(meta[0], old_meta[0]);
    EXPECT_EQ(data[0], old_data[0]);
    const std::uint64_t end = old_meta[0].length_sectors + old_data[0].length_sectors;
    const std::string raid = "{dm:" + model::dm_uuid(DmKind::raid, leg.uuid()) + "} ";
    EXPECT_EQ(meta[1].params, raid + std::to_string(end));
    EXPECT_EQ(data[1].params, raid + std::to_string(end + meta[1].length_sectors));
    EXPECT_EQ(data[1].length_sectors, kGiB / model::kSector);
}

TEST(Growth, TakesFurtherSlicesWhereAnotherVolumeIsInTheWay) {
    model::Cluster cluster = sample_cluster();
    add_volume(cluster, "v0", 1, v1::REDUNDANCY_NONE);
    for (const char* other : {"v1", "v2", "v3", "v4"})
        add_volume(cluster, other, 1, v1::REDUNDANCY_NONE);
    const v1::LogicalDisk old = cluster.volumes.at("v0").legs(0).members(0);
    grow(cluster, "v0", kGiB);
    const v1::LogicalDisk member = cluster.volumes.at("v0").legs(0).members(0);
    ASSERT_EQ(member.further_slices_size(), 1);
    const auto ld = table(built(cluster), DmKind::ld, member.uuid());
    ASSERT_EQ(ld.size(), 2U);
    EXPECT_EQ(ld[0].length_sectors, old.size_bytes() / model::kSector);
    EXPECT_EQ(ld[1].start_sectors, ld[0].length_sectors);
    // The next piece is behind that.
    grow(cluster, "v0", kGiB);
    EXPECT_EQ(table(built(cluster), DmKind::ld, member.uuid()).size(), 2U);
    std::uint64_t used = 0;
    for (const auto& [name, volume] : cluster.volumes) {
        for (const model::Piece& piece : model::slices_of(volume.legs(0).members(0)))
            used += volume.legs(0).members(0).disk_uuid() == member.disk_uuid() ? piece.size : 0;
    }
    for (const auto& [name, disk] : cluster.disks) {
        if (disk.uuid() == member.disk_uuid()) {
            EXPECT_EQ(free_bytes(cluster, disk), 1024 * kGiB - model::kMiB - used);
        }
    }
}

TEST(Growth, SaysWhichDiskLacksHowMuch) {
    model::Cluster cluster = sample_cluster();
    v1::Volume& volume = add_volume(cluster, "v0", 1, v1::REDUNDANCY_RAID1);
    cluster.disks.at("d1").set_size_bytes(20 * kGiB);
    const auto layout = model::layout_grown(volume, 100 * kGiB);
    ASSERT_TRUE(layout);
    const auto grown = grow_legs(cluster, volume, *layout);
    ASSERT_FALSE(grown);
    EXPECT_EQ(grown.error().code(), Code::no_space);
    EXPECT_THAT(grown.error().message(),
                StartsWith("member 0.1 needs 90.1 GiB more on disk d1 of node n1 in one piece, and "
                           "the largest that is free there has 10 GiB"));
}

TEST(Growth, PlansThatShrinkAreRefused) {
    Resized volume(v1::REDUNDANCY_NONE);
    const KernelState after = built(volume.cluster);
    for (const auto& [uuid, device] : volume.before.dm) {
        const Status checked = check_plan({ReloadDm{.device = device}}, after);
        ASSERT_FALSE(checked) << uuid;
        EXPECT_THAT(checked.error().message(), HasSubstr("it would shrink from "));
    }
}

/// A mirror with a member on n1 and one on n2, served by n1, which was resized.
struct Remote : World {
    Remote() : World(nodes_with_disks(2)) {
        v1::Volume& added = add_volume(store, "v0", 1, v1::REDUNDANCY_RAID1);
        EXPECT_TRUE(model::settle(store, added, "n1"));
        attach(added, "h0");
        settle();
        uuid = store.volumes.at("v0").uuid();
        grow(store, "v0", kGiB);
    }
    std::uint64_t front_bytes() {
        return table(kernels.at("n1"), DmKind::front, uuid).at(0).length_sectors * model::kSector;
    }

    std::string uuid;
};

TEST(Growth, WaitsForMembersOnOtherNodesAndServesMeanwhile) {
    Remote world;
    EXPECT_THAT(world.plan("n1"), IsEmpty());
    const Desired desired = world.desire("n1");
    EXPECT_THAT(desired.down, IsEmpty());
    EXPECT_THAT(desired.growing,
                ElementsAre(Pair(world.uuid,
                                 "waits until its members have grown: disk d1 on node "
                                 "n2")));
    EXPECT_THAT(sentences(world.plan("n2")),
                ElementsAre(StartsWith("reload dm device dnvme-ld-"),
                            StartsWith("reload dm device dnvme-gate-"), StartsWith("announce")));
    // Not before the last step of the other node, which tells its size.
    world.run("n2", 2);
    EXPECT_THAT(world.plan("n1"), IsEmpty());
    world.run("n2");
    EXPECT_THAT(world.desire("n1").growing, IsEmpty());
    world.settle();
    EXPECT_EQ(world.front_bytes(), 11 * kGiB);
}

/// It was resized twice, and the other node has only done the first.
TEST(Growth, GoesAsFarAsTheMembersOnOtherNodes) {
    Remote world;
    world.run("n2");
    grow(world.store, "v0", kGiB);
    world.run("n1");
    EXPECT_EQ(world.front_bytes(), 11 * kGiB);
    EXPECT_EQ(world.desire("n1").growing.size(), 1U);
    world.settle();
    EXPECT_EQ(world.front_bytes(), 12 * kGiB);
}

/// Its kernel is empty after a reboot, and the other node has not done its part.
TEST(Growth, IsNoObstacleToARebootOfTheVolumesNode) {
    Remote world;
    world.kernels.at("n1") = {};
    world.run("n1");
    world.run("n1");
    EXPECT_EQ(world.front_bytes(), 10 * kGiB);
    world.settle();
    EXPECT_EQ(world.front_bytes(), 11 * kGiB);
}

}  // namespace
}  // namespace dnvme::plan
