// SPDX-License-Identifier: Apache-2.0
#include <random>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/uuid.h"
#include "model/layout.h"

namespace dnvme::model {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::uint64_t kGiB = 1ULL << 30;

v1::Disk& add_disk(Cluster& cluster, const std::string& name, std::uint64_t size) {
    v1::Disk& disk = cluster.disks[name];
    disk.set_uuid(make_uuid());
    disk.set_name(name);
    disk.set_node("n1");
    disk.set_size_bytes(size);
    disk.set_data_offset_bytes(kDiskDataOffset);
    return disk;
}

void add_volume(Cluster& cluster, const std::string& name, const std::vector<v1::Leg>& legs) {
    v1::Volume& volume = cluster.volumes[name];
    volume.set_uuid(make_uuid());
    volume.set_name(name);
    for (const v1::Leg& leg : legs)
        *volume.add_legs() = leg;
}

/// Offset and size of every slice on a disk.
std::multimap<std::uint64_t, std::uint64_t> slices_on(const Cluster& cluster,
                                                      const v1::Disk& disk) {
    std::multimap<std::uint64_t, std::uint64_t> slices;
    for (const auto& [name, volume] : cluster.volumes) {
        for (const v1::Leg& leg : volume.legs()) {
            for (const v1::LogicalDisk& member : leg.members()) {
                if (member.disk_uuid() == disk.uuid())
                    slices.emplace(member.offset_bytes(), member.size_bytes());
            }
        }
    }
    return slices;
}

/// Every slice in the cluster lies on its disk, aligned, and meets no other.
void expect_disjoint(const Cluster& cluster) {
    for (const auto& [name, disk] : cluster.disks) {
        std::uint64_t end = disk.data_offset_bytes();
        for (const auto& [offset, size] : slices_on(cluster, disk)) {
            EXPECT_GE(offset, end) << "slices meet on " << name;
            EXPECT_EQ(offset % kMiB, 0U);
            EXPECT_GT(size, 0U);
            end = offset + size;
        }
        EXPECT_LE(end, disk.size_bytes()) << "beyond the end of " << name;
    }
}

void expect_members(const v1::Leg& leg, const LegLayout& layout, std::uint32_t members) {
    ASSERT_EQ(leg.members_size(), static_cast<int>(members));
    std::set<std::string> disks;
    for (const v1::LogicalDisk& member : leg.members()) {
        EXPECT_TRUE(disks.insert(member.disk_uuid()).second) << "two members on one disk";
        EXPECT_EQ(member.size_bytes(), layout.member);
        EXPECT_EQ(member.sync(), v1::LogicalDisk::IN_SYNC);
    }
}

void expect_as_laid_out(const v1::Leg& leg, const LegLayout& layout) {
    EXPECT_EQ(leg.epoch(), 1U);
    EXPECT_EQ(leg.size_bytes(), layout.size);
    EXPECT_EQ(leg.pool_metadata_bytes(), layout.pool_metadata);
    EXPECT_EQ(leg.pool_block_bytes(), layout.pool_block);
    EXPECT_FALSE(leg.formatted());
}

void expect_own_uuids(const std::vector<v1::Leg>& legs) {
    std::set<std::string> uuids;
    for (const v1::Leg& leg : legs) {
        EXPECT_TRUE(uuids.insert(leg.uuid()).second);
        for (const v1::LogicalDisk& member : leg.members())
            EXPECT_TRUE(uuids.insert(member.uuid()).second);
    }
}

void expect_well_made(const std::vector<v1::Leg>& legs, const LegLayout& layout,
                      std::uint32_t members) {
    expect_own_uuids(legs);
    for (const v1::Leg& leg : legs) {
        expect_as_laid_out(leg, layout);
        expect_members(leg, layout, members);
    }
}

std::uint64_t all_free(const Cluster& cluster) {
    std::uint64_t sum = 0;
    for (const auto& [name, disk] : cluster.disks)
        sum += free_bytes(cluster, disk);
    return sum;
}

Cluster random_disks(std::mt19937_64& random) {
    Cluster cluster;
    const std::uint64_t count = 1 + random() % 8;
    for (std::uint64_t i = 0; i < count; i++)
        add_disk(cluster, fmt::format("d{}", i), kGiB + random() % (64 * kGiB));
    return cluster;
}

/// Creates and deletes volumes at random until little fits any more.
TEST(Place, KeepsItsPromisesThroughCreateAndDelete) {
    std::mt19937_64 random(7);
    int placed = 0;
    for (int round = 0; round < 60; round++) {
        Cluster cluster = random_disks(random);
        for (int step = 0; step < 40; step++) {
            const auto redundancy = random() % 2 == 0 ? v1::REDUNDANCY_NONE : v1::REDUNDANCY_RAID1;
            const auto legs = static_cast<std::uint32_t>(1 + random() % 6);
            const auto layout =
                layout_volume(1 + random() % (8 * kGiB), legs, kDefaultChunk, redundancy);
            ASSERT_TRUE(layout);
            const std::uint64_t before = all_free(cluster);
            const auto made = place_legs(cluster, *layout, legs, redundancy);
            if (made) {
                expect_well_made(*made, layout->leg, members_of(redundancy));
                add_volume(cluster, fmt::format("v{}", step), *made);
                EXPECT_EQ(all_free(cluster),
                          before - layout->leg.member * legs * members_of(redundancy));
                placed++;
            }
            expect_disjoint(cluster);
            if (random() % 3 == 0 && !cluster.volumes.empty())
                cluster.volumes.erase(cluster.volumes.begin());
        }
    }
    EXPECT_GT(placed, 200);
}

TEST(Place, SpreadsLegsEvenlyOverEqualDisks) {
    Cluster cluster;
    for (int i = 0; i < 5; i++)
        add_disk(cluster, fmt::format("d{}", i), 100 * kGiB);
    for (std::uint32_t legs = 1; legs <= 64; legs++) {
        const auto layout = layout_volume(legs * kGiB, legs, kDefaultChunk, v1::REDUNDANCY_RAID1);
        const auto made = place_legs(cluster, *layout, legs, v1::REDUNDANCY_RAID1);
        ASSERT_TRUE(made) << made.error().message();
        std::map<std::string, int> members;
        for (const v1::Leg& leg : *made) {
            for (const v1::LogicalDisk& member : leg.members())
                members[member.disk_uuid()]++;
        }
        int least = members.size() < cluster.disks.size() ? 0 : 1000;
        int most = 0;
        for (const auto& [uuid, count] : members) {
            least = std::min(least, count);
            most = std::max(most, count);
        }
        EXPECT_LE(most - least, 1) << legs << " legs";
    }
}

TEST(Place, TakesTheEmptiestDisksFirst) {
    Cluster cluster;
    add_disk(cluster, "small", 10 * kGiB);
    const std::string large = add_disk(cluster, "large", 40 * kGiB).uuid();
    const std::string middle = add_disk(cluster, "middle", 20 * kGiB).uuid();
    const auto layout = layout_volume(kGiB, 1, kDefaultChunk, v1::REDUNDANCY_RAID1);
    const auto made = place_legs(cluster, *layout, 1, v1::REDUNDANCY_RAID1);
    ASSERT_TRUE(made);
    EXPECT_EQ((*made)[0].members(0).disk_uuid(), large);
    EXPECT_EQ((*made)[0].members(1).disk_uuid(), middle);
    EXPECT_EQ((*made)[0].members(0).offset_bytes(), kDiskDataOffset);
}

TEST(Place, FillsTheFirstGapThatIsLargeEnough) {
    Cluster cluster;
    const v1::Disk& disk = add_disk(cluster, "d0", 10 * kGiB);
    const auto slice = [&](std::uint64_t offset, std::uint64_t size) {
        v1::Leg leg;
        v1::LogicalDisk* member = leg.add_members();
        member->set_disk_uuid(disk.uuid());
        member->set_offset_bytes(offset);
        member->set_size_bytes(size);
        return leg;
    };
    // Free: 1 MiB to 2 MiB, 2 GiB to 5 GiB, 6 GiB to the end.
    add_volume(cluster, "v0", {slice(2 * kMiB, 2 * kGiB - 2 * kMiB), slice(5 * kGiB, kGiB)});
    EXPECT_EQ(free_bytes(cluster, disk), kMiB + 3 * kGiB + 4 * kGiB);
    const auto layout = layout_volume(2 * kGiB, 1, kDefaultChunk, v1::REDUNDANCY_NONE);
    const auto made = place_legs(cluster, *layout, 1, v1::REDUNDANCY_NONE);
    ASSERT_TRUE(made);
    EXPECT_EQ((*made)[0].members(0).offset_bytes(), 2 * kGiB);
}

TEST(Place, CountsSlicesOfVolumesBeingDeleted) {
    Cluster cluster;
    const v1::Disk& disk = add_disk(cluster, "d0", 10 * kGiB);
    const auto layout = layout_volume(4 * kGiB, 1, kDefaultChunk, v1::REDUNDANCY_NONE);
    add_volume(cluster, "v0", *place_legs(cluster, *layout, 1, v1::REDUNDANCY_NONE));
    const std::uint64_t before = free_bytes(cluster, disk);
    cluster.volumes["v0"].set_deleting(true);
    EXPECT_EQ(free_bytes(cluster, disk), before);
}

TEST(Place, WorksOnDisksBeyond16TiB) {
    constexpr std::uint64_t kTiB = 1024 * kGiB;
    Cluster cluster;
    for (const char* name : {"d0", "d1"})
        add_disk(cluster, name, 100 * kTiB);
    const auto layout = layout_volume(80 * kTiB, 4, kDefaultChunk, v1::REDUNDANCY_RAID1);
    ASSERT_TRUE(layout);
    const auto made = place_legs(cluster, *layout, 4, v1::REDUNDANCY_RAID1);
    ASSERT_TRUE(made) << made.error().message();
    add_volume(cluster, "v0", *made);
    expect_disjoint(cluster);
    EXPECT_EQ((*made)[3].members(0).offset_bytes(), kDiskDataOffset + 3 * layout->leg.member);
    EXPECT_GT((*made)[3].members(0).offset_bytes(), 60 * kTiB);
}

TEST(Place, SaysHowMuchIsMissingWhere) {
    Cluster cluster;
    add_disk(cluster, "d0", 10 * kGiB);
    add_disk(cluster, "d1", 3 * kGiB);
    const auto layout = layout_volume(5 * kGiB, 1, kDefaultChunk, v1::REDUNDANCY_RAID1);
    const auto made = place_legs(cluster, *layout, 1, v1::REDUNDANCY_RAID1);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), Code::no_space);
    EXPECT_THAT(made.error().message(),
                AllOf(HasSubstr("leg 1 of 1"), HasSubstr("on each of 2 disks"),
                      HasSubstr("10 GiB on d0, 3 GiB on d1"), HasSubstr("add a disk")));
}

TEST(Place, WantsAsManyDisksAsMembers) {
    Cluster cluster;
    add_disk(cluster, "d0", 10 * kGiB);
    const auto layout = layout_volume(kGiB, 1, kDefaultChunk, v1::REDUNDANCY_RAID1);
    const auto made = place_legs(cluster, *layout, 1, v1::REDUNDANCY_RAID1);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), Code::precondition);
    EXPECT_THAT(made.error().message(), AllOf(HasSubstr("needs 2 disks"), HasSubstr("there are 1"),
                                              HasSubstr("dnvmectl disk create")));
}

TEST(FreeBytes, OfADiskTooSmallForDataAreNone) {
    Cluster cluster;
    EXPECT_EQ(free_bytes(cluster, add_disk(cluster, "d0", 1000)), 0U);
    EXPECT_EQ(free_bytes(cluster, add_disk(cluster, "d1", kDiskDataOffset)), 0U);
    EXPECT_EQ(free_bytes(cluster, add_disk(cluster, "d2", kDiskDataOffset + kMiB + 5)), kMiB);
}

}  // namespace
}  // namespace dnvme::model
