// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/layout.h"
#include "model/names.h"
#include "plan/place_legs.h"
#include "plan/planner.h"
#include "plan/tables.h"
#include "sample.h"

namespace dnvme::plan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

constexpr std::uint64_t kTiB = 1ULL << 40;

DmTarget line(const Desired& desired, model::DmKind kind, const std::string& uuid) {
    return desired.kernel.dm.at(model::dm_uuid(kind, uuid)).table.at(0);
}

TEST(Desired, NeedsNothingForNoVolumes) {
    const Desired desired = desire(sample_cluster());
    EXPECT_EQ(desired.kernel, KernelState{});
    EXPECT_THAT(desired.unformatted, IsEmpty());
    EXPECT_THAT(desired.down, IsEmpty());
}

TEST(Desired, NeedsTheModulesOfWhatItBuilds) {
    model::Cluster cluster = sample_cluster();
    v1::Volume& plain = add_volume(cluster, "v0", 1, v1::REDUNDANCY_NONE);
    EXPECT_THAT(desire(cluster).kernel.modules, ElementsAre("dm_dnvme", "dm_thin_pool", "nvmet"));
    attach(plain, "h0");
    EXPECT_THAT(desire(cluster).kernel.modules,
                ElementsAre("dm_dnvme", "dm_thin_pool", "nvmet", "nvmet_tcp"));
    add_volume(cluster, "v1", 1, v1::REDUNDANCY_RAID1);
    EXPECT_THAT(desire(cluster).kernel.modules,
                ElementsAre("dm_dnvme", "dm_raid", "dm_thin_pool", "nvmet", "nvmet_tcp", "raid1"));
}

TEST(Desired, ListensOnlyWhileAHostIsAttached) {
    model::Cluster cluster = sample_cluster();
    v1::Volume& volume = add_volume(cluster, "v0", 1, v1::REDUNDANCY_NONE);
    EXPECT_THAT(desire(cluster).kernel.ports, IsEmpty());
    EXPECT_THAT(desire(cluster).kernel.hosts, IsEmpty());
    attach(volume, "h1");
    const KernelState kernel = desire(cluster).kernel;
    ASSERT_THAT(kernel.ports, ElementsAre(Pair(1, testing::_)));
    EXPECT_THAT(kernel.ports.at(1).subsystems, ElementsAre(model::subsystem_nqn(volume.uuid())));
    EXPECT_THAT(kernel.hosts, ElementsAre("nqn.2014-08.com.example:h1"));
}

TEST(Desired, GivesEveryVolumeAPortOnEveryPortal) {
    model::Cluster cluster = sample_cluster();
    v1::Portal* second = cluster.nodes["n1"].add_portals();
    second->set_address("2001:db8::1");
    second->set_port(5000);
    for (const char* name : {"v0", "v1"})
        attach(add_volume(cluster, name, 1, v1::REDUNDANCY_NONE), "h0");
    const KernelState kernel = desire(cluster).kernel;
    std::vector<std::string> endpoints;
    for (const auto& [id, port] : kernel.ports)
        endpoints.push_back(describe(CreatePort{port}));
    EXPECT_THAT(endpoints, ElementsAre("create nvmet port 1 at 192.0.2.1:4420",
                                       "create nvmet port 2 at 192.0.2.1:4421",
                                       "create nvmet port 16385 at [2001:db8::1]:5000",
                                       "create nvmet port 16386 at [2001:db8::1]:5001"));
}

TEST(Desired, LeavesHostsBeingDeletedOut) {
    model::Cluster cluster = sample_cluster();
    v1::Volume& volume = add_volume(cluster, "v0", 1, v1::REDUNDANCY_NONE);
    attach(volume, "h0");
    cluster.hosts["h0"].set_deleting(true);
    EXPECT_THAT(desire(cluster).kernel.hosts, IsEmpty());
    EXPECT_THAT(desire(cluster).kernel.ports, IsEmpty());
}

TEST(Desired, WantsNothingOfAVolumeBeingDeleted) {
    model::Cluster cluster = sample_cluster();
    add_volume(cluster, "v0", 2, v1::REDUNDANCY_RAID1).set_deleting(true);
    const Desired desired = desire(cluster);
    EXPECT_EQ(desired.kernel, KernelState{});
    EXPECT_THAT(desired.unformatted, IsEmpty());
}

TEST(Desired, SaysWhichDisksAVolumeWaitsFor) {
    model::Cluster cluster = sample_cluster();
    const v1::Volume& volume = add_volume(cluster, "v0", 2, v1::REDUNDANCY_RAID1);
    std::set<std::string> found = all_disks(cluster);
    found.erase(cluster.disks["d1"].uuid());
    found.erase(cluster.disks["d2"].uuid());
    const Desired desired = build_desired(cluster, found, sample_settings());
    EXPECT_THAT(
        desired.down,
        ElementsAre(Pair(volume.uuid(), "waits for disk d1 on node n1, disk d2 on node n1")));
    EXPECT_EQ(desired.kernel, KernelState{});
    EXPECT_THAT(desired.unformatted, IsEmpty());
}

TEST(Desired, NeverServesFromAStaleMember) {
    for (const auto sync :
         {v1::LogicalDisk::STALE, v1::LogicalDisk::REBUILDING, v1::LogicalDisk::SYNC_UNSPECIFIED}) {
        model::Cluster cluster = sample_cluster();
        v1::Volume& volume = add_volume(cluster, "v0", 1, v1::REDUNDANCY_RAID1);
        volume.mutable_legs(0)->mutable_members(1)->set_sync(sync);
        const Desired desired = desire(cluster);
        EXPECT_EQ(desired.down.at(volume.uuid()),
                  "waits for an in-sync copy of what is on disk d1 on node n1");
        EXPECT_THAT(desired.kernel.dm, IsEmpty());
    }
}

TEST(Desired, IsDownWhereTheRecordMakesNoSense) {
    const auto why = [](const auto& damage) {
        model::Cluster cluster = sample_cluster();
        v1::Volume& volume = add_volume(cluster, "v0", 1, v1::REDUNDANCY_RAID1);
        damage(volume);
        const Desired desired = desire(cluster);
        EXPECT_THAT(desired.kernel.dm, IsEmpty());
        return desired.down.at(volume.uuid());
    };
    EXPECT_THAT(why([](v1::Volume& v) { v.clear_legs(); }), HasSubstr("no legs"));
    EXPECT_THAT(why([](v1::Volume& v) { v.mutable_legs(0)->mutable_members()->RemoveLast(); }),
                HasSubstr("1 members instead of 2"));
    EXPECT_THAT(why([](v1::Volume& v) { v.mutable_legs(0)->clear_pool_block_bytes(); }),
                HasSubstr("no block size"));
    EXPECT_THAT(why([](v1::Volume& v) { v.set_port_offset(65000); }),
                HasSubstr("4420 + 65000 is beyond 65535"));
    EXPECT_THAT(why([](v1::Volume& v) {
                    v.mutable_legs(0)->mutable_members(0)->set_disk_uuid(sample_uuid("dd", 99));
                }),
                HasSubstr("which the store does not know"));
}

struct RaidCase {
    v1::Redundancy redundancy;
    const char* head;
    int data_members;
    const char* module;
};

/// In the words in which the kernel prints them back: see tools/testing/unit/sys/vm_test.cpp.
TEST(Desired, EveryRedundancyHasItsRaidLine) {
    for (const RaidCase& c :
         {RaidCase{v1::REDUNDANCY_RAID1, "raid1 3 0 region_size 8192 2 ", 1, "raid1"},
          RaidCase{v1::REDUNDANCY_RAID5, "raid5_ls 3 128 region_size 8192 3 ", 2, "raid456"},
          RaidCase{v1::REDUNDANCY_RAID6, "raid6_zr 3 128 region_size 8192 4 ", 2, "raid456"},
          RaidCase{v1::REDUNDANCY_RAID10,
                   "raid10 7 128 region_size 8192 raid10_copies 2 raid10_format near 4 ", 2,
                   "raid10"}}) {
        model::Cluster cluster = sample_cluster();
        const v1::Leg leg = add_volume(cluster, "v0", 1, c.redundancy).legs(0);
        const Desired desired = desire(cluster);
        const DmTarget raid = line(desired, model::DmKind::raid, leg.uuid());
        EXPECT_THAT(raid.params, testing::StartsWith(c.head));
        const auto data = static_cast<std::uint64_t>(c.data_members);
        EXPECT_EQ(raid.length_sectors * 512,
                  (leg.members(0).size_bytes() - model::kRaidMetadata) * data);
        EXPECT_EQ(raid.length_sectors % (data * 128), 0U) << "dm-raid wants whole stripes";
        EXPECT_TRUE(desired.kernel.modules.contains(c.module));
    }
}

TEST(Desired, OnlyMirrorsAreAssembledWithoutFirstSync) {
    model::Cluster cluster = sample_cluster();
    const auto first = [&](v1::Redundancy redundancy) {
        const v1::Leg leg = add_volume(cluster, "v0", 1, redundancy).legs(0);
        return for_first_assembly(raid_device(leg, redundancy), redundancy).table.at(0).params;
    };
    EXPECT_THAT(first(v1::REDUNDANCY_RAID1), testing::StartsWith("raid1 4 0 nosync region_size "));
    EXPECT_THAT(first(v1::REDUNDANCY_RAID5), testing::StartsWith("raid5_ls 3 128 region_size "));
    EXPECT_THAT(first(v1::REDUNDANCY_RAID6), testing::StartsWith("raid6_zr 3 128 region_size "));
    EXPECT_THAT(first(v1::REDUNDANCY_RAID10),
                testing::StartsWith("raid10 8 128 nosync region_size "));
}

constexpr model::Shape kMirror{v1::REDUNDANCY_RAID1, 2};

v1::Leg place_mirror(const model::Cluster& cluster, const model::VolumeLayout& layout) {
    return place_legs(cluster,
                      {.legs = 1, .shape = kMirror, .layout = layout.leg, .rules = {}, .pins = {}})
        ->legs[0];
}

/// By hand: 20 TiB are 42949672960 sectors; 164 MiB of pool metadata in front of them.
TEST(Desired, IsRightBeyond16TiB) {
    model::Cluster cluster = sample_cluster();
    for (auto& [name, disk] : cluster.disks)
        disk.set_size_bytes(100 * kTiB);
    const auto layout = model::layout_volume(20 * kTiB, 1, model::kDefaultChunk, kMirror);
    add_volume(cluster, "v0", 1, v1::REDUNDANCY_RAID1);
    v1::Volume& volume = cluster.volumes["v0"];
    const std::string uuid = volume.legs(0).uuid();
    *volume.mutable_legs(0) = place_mirror(cluster, *layout);
    volume.mutable_legs(0)->set_uuid(uuid);
    volume.set_size_bytes(layout->size);

    const Desired desired = desire(cluster);
    const v1::LogicalDisk& member = volume.legs(0).members(0);
    EXPECT_EQ(line(desired, model::DmKind::ld, member.uuid()).length_sectors,
              42949672960U + (164 + 4) * 2048);
    const DmTarget raid = line(desired, model::DmKind::raid, uuid);
    EXPECT_EQ(raid.length_sectors, 42949672960U + 164 * 2048);
    // 2^15 sectors: 2^21 regions of 8 MiB would be 16 TiB, so 16 MiB it is.
    EXPECT_THAT(raid.params, testing::StartsWith("raid1 3 0 region_size 32768 2 "));
    EXPECT_THAT(line(desired, model::DmKind::tdata, uuid).params, testing::EndsWith(" 335872"));
    EXPECT_THAT(line(desired, model::DmKind::pool, uuid).params,
                HasSubstr(" 16384 0 1 error_if_no_space"));
    EXPECT_EQ(line(desired, model::DmKind::front, volume.uuid()).length_sectors, 42949672960U);
}

/// md's bitmap: a power of two, 4 MiB at least, at most 2^21 regions, no larger than needed.
TEST(Desired, KeepsRegionsWithinTheBitmap) {
    for (std::uint64_t size = 1ULL << 20; size <= 1ULL << 52; size = size * 3 / 2) {
        const auto layout = model::layout_volume(size, 1, model::kDefaultChunk, kMirror);
        model::Cluster cluster = sample_cluster();
        for (auto& [name, disk] : cluster.disks)
            disk.set_size_bytes(1ULL << 60);
        v1::Volume& volume = cluster.volumes["v0"];
        volume.set_uuid(sample_uuid("ee", 0));
        volume.set_redundancy(v1::REDUNDANCY_RAID1);
        *volume.add_legs() = place_mirror(cluster, *layout);
        const DmTarget raid = line(desire(cluster), model::DmKind::raid, volume.legs(0).uuid());
        const std::uint64_t region =
            std::stoull(raid.params.substr(std::string("raid1 3 0 region_size ").size()));
        EXPECT_EQ(region & (region - 1), 0U);
        EXPECT_GE(region, 8192U);
        EXPECT_LE(region, raid.length_sectors) << "dm-raid refuses regions larger than the array";
        EXPECT_LE(raid.length_sectors / region, 1ULL << 21);
        EXPECT_TRUE(region == 8192 || raid.length_sectors / region >= 1ULL << 20) << size;
    }
}

}  // namespace
}  // namespace dnvme::plan
