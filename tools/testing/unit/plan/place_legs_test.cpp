// SPDX-License-Identifier: Apache-2.0
#include "plan/place_legs.h"

#include <random>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/uuid.h"
#include "model/layout.h"

namespace dnvme::plan {
namespace {

using model::Cluster;
using model::kDefaultChunk;
using model::kDiskDataOffset;
using model::kMiB;
using model::LegLayout;
using model::Shape;

using testing::AllOf;
using testing::HasSubstr;

constexpr std::uint64_t kGiB = 1ULL << 30;
constexpr Shape kPlain{v1::REDUNDANCY_NONE, 1};
constexpr Shape kMirror{v1::REDUNDANCY_RAID1, 2};
constexpr Shape kShapes[] = {kPlain,
                             kMirror,
                             {v1::REDUNDANCY_RAID5, 3},
                             {v1::REDUNDANCY_RAID6, 4},
                             {v1::REDUNDANCY_RAID10, 4}};

LegsWanted wanted(std::uint64_t size, std::uint32_t legs, const Shape& shape) {
    const auto layout = model::layout_volume(size, legs, kDefaultChunk, shape);
    EXPECT_TRUE(layout) << layout.error().message();
    return {.legs = legs, .shape = shape, .layout = layout->leg, .rules = {}, .pins = {}};
}

std::string why_not(const Cluster& cluster, const LegsWanted& wanted) {
    const auto placed = place_legs(cluster, wanted);
    return placed ? "placed" : placed.error().message();
}

v1::Disk& add_disk(Cluster& cluster, const std::string& name, std::uint64_t size) {
    cluster.nodes["n1"].set_name("n1");
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
            const Shape& shape = kShapes[random() % std::size(kShapes)];
            const auto legs = static_cast<std::uint32_t>(1 + random() % 6);
            const LegsWanted wish = wanted(1 + random() % (8 * kGiB), legs, shape);
            const std::uint64_t before = all_free(cluster);
            const auto made = place_legs(cluster, wish);
            if (made) {
                expect_well_made(made->legs, wish.layout, shape.members);
                add_volume(cluster, fmt::format("v{}", step), made->legs);
                EXPECT_EQ(all_free(cluster), before - wish.layout.member * legs * shape.members);
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
        const auto made = place_legs(cluster, wanted(legs * kGiB, legs, kMirror));
        ASSERT_TRUE(made) << made.error().message();
        std::map<std::string, int> members;
        for (const v1::Leg& leg : made->legs) {
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
    const auto made = place_legs(cluster, wanted(2 * kGiB, 1, kPlain));
    ASSERT_TRUE(made);
    EXPECT_EQ(made->legs[0].members(0).offset_bytes(), 2 * kGiB);
}

TEST(Place, CountsSlicesOfVolumesBeingDeleted) {
    Cluster cluster;
    const v1::Disk& disk = add_disk(cluster, "d0", 10 * kGiB);
    add_volume(cluster, "v0", place_legs(cluster, wanted(4 * kGiB, 1, kPlain))->legs);
    const std::uint64_t before = free_bytes(cluster, disk);
    cluster.volumes["v0"].set_deleting(true);
    EXPECT_EQ(free_bytes(cluster, disk), before);
}

TEST(Place, WorksOnDisksBeyond16TiB) {
    constexpr std::uint64_t kTiB = 1024 * kGiB;
    Cluster cluster;
    for (const char* name : {"d0", "d1"})
        add_disk(cluster, name, 100 * kTiB);
    const LegsWanted wish = wanted(80 * kTiB, 4, kMirror);
    const auto made = place_legs(cluster, wish);
    ASSERT_TRUE(made) << made.error().message();
    add_volume(cluster, "v0", made->legs);
    expect_disjoint(cluster);
    EXPECT_EQ(made->legs[3].members(0).offset_bytes(), kDiskDataOffset + 3 * wish.layout.member);
    EXPECT_GT(made->legs[3].members(0).offset_bytes(), 60 * kTiB);
}

TEST(Place, SaysHowMuchIsMissingWhere) {
    Cluster cluster;
    add_disk(cluster, "d0", 10 * kGiB);
    add_disk(cluster, "d1", 3 * kGiB);
    const auto made = place_legs(cluster, wanted(5 * kGiB, 1, kMirror));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), Code::no_space);
    EXPECT_THAT(made.error().message(),
                AllOf(HasSubstr("leg 1 of 1 needs 2 disks"), HasSubstr("there is 1: d0"),
                      HasSubstr("add disks, or ask for less")));
}

TEST(Place, WantsAsManyDisksAsMembers) {
    Cluster cluster;
    add_disk(cluster, "d0", 10 * kGiB);
    const auto made = place_legs(cluster, wanted(kGiB, 1, kMirror));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), Code::precondition);
    EXPECT_THAT(made.error().message(), AllOf(HasSubstr("needs 2 disks"), HasSubstr("there is 1"),
                                              HasSubstr("add disks, or select more")));
}

/// Two nodes of two disks each, all equal; d0 and d1 on n1.
Cluster two_nodes() {
    Cluster cluster;
    for (int i = 0; i < 4; i++)
        add_disk(cluster, fmt::format("d{}", i), 100 * kGiB).set_node(i < 2 ? "n1" : "n2");
    cluster.nodes["n2"].set_name("n2");
    return cluster;
}

std::set<std::string> nodes_of(const Cluster& cluster, const v1::Leg& leg) {
    std::set<std::string> nodes;
    for (const auto& [name, disk] : cluster.disks) {
        for (const v1::LogicalDisk& member : leg.members()) {
            if (member.disk_uuid() == disk.uuid())
                nodes.insert(disk.node());
        }
    }
    return nodes;
}

TEST(Place, PutsMembersOnDifferentNodesWhereItCan) {
    const Cluster cluster = two_nodes();
    const auto made = place_legs(cluster, wanted(4 * kGiB, 4, kMirror));
    ASSERT_TRUE(made) << made.error().message();
    for (const v1::Leg& leg : made->legs)
        EXPECT_EQ(nodes_of(cluster, leg).size(), 2U);
    const auto four = place_legs(cluster, wanted(kGiB, 1, {v1::REDUNDANCY_RAID6, 4}));
    ASSERT_TRUE(four) << "four members on two nodes share them: " << four.error().message();
}

TEST(Place, KeepsToLabelsOfDisksAndNodes) {
    Cluster cluster = two_nodes();
    (*cluster.nodes["n2"].mutable_labels())["site"] = "b";
    (*cluster.disks["d1"].mutable_labels())["media"] = "tlc";
    (*cluster.disks["d3"].mutable_labels())["media"] = "qlc";
    LegsWanted wish = wanted(kGiB, 1, kPlain);
    wish.rules.add_rules("media=tlc");
    EXPECT_EQ(place_legs(cluster, wish)->legs[0].members(0).disk_uuid(),
              cluster.disks["d1"].uuid());
    wish.rules.add_rules("site=b");
    EXPECT_THAT(why_not(cluster, wish),
                AllOf(HasSubstr("that match media=tlc, site=b"), HasSubstr("there are 0")));
    wish.rules.clear_rules();
    wish.rules.add_rules("media!=qlc");
    wish.rules.add_rules("site=b");
    EXPECT_EQ(place_legs(cluster, wish)->legs[0].members(0).disk_uuid(),
              cluster.disks["d2"].uuid());
    wish.rules.add_rules("nonsense");
    EXPECT_THAT(why_not(cluster, wish), HasSubstr("'nonsense' selects no nodes"));
}

TEST(Place, KeepsVolumesOfOneKeyApart) {
    Cluster cluster = two_nodes();
    LegsWanted wish = wanted(kGiB, 1, kPlain);
    wish.rules.set_anti_affinity("db");
    std::set<std::string> nodes;
    for (const char* name : {"v0", "v1"}) {
        const auto made = place_legs(cluster, wish);
        ASSERT_TRUE(made);
        nodes.merge(nodes_of(cluster, made->legs[0]));
        add_volume(cluster, name, made->legs);
        *cluster.volumes[name].mutable_placement() = wish.rules;
    }
    EXPECT_EQ(nodes.size(), 2U);
}

TEST(Place, TakesWhatWasChosenByHand) {
    const Cluster cluster = two_nodes();
    LegsWanted wish = wanted(kGiB, 1, kMirror);
    wish.pins = *make_pins({{0, 1, "d0"}, {0, 0, "d3"}}, 1, 2);
    const auto made = place_legs(cluster, wish);
    ASSERT_TRUE(made) << made.error().message();
    EXPECT_EQ(made->legs[0].members(0).disk_uuid(), cluster.disks.at("d3").uuid());
    EXPECT_EQ(made->legs[0].members(1).disk_uuid(), cluster.disks.at("d0").uuid());
    EXPECT_THAT(made->notes,
                testing::ElementsAre("member 0.0 goes to disk d3 of node n2, from 1 MiB on",
                                     "member 0.1 goes to disk d0 of node n1, from 1 MiB on"));
    wish.pins = *make_pins({{0, 0, "d3"}, {0, 1, "d9"}}, 1, 2);
    EXPECT_EQ(why_not(cluster, wish), "member 0.1 on disk d9: it does not exist");
}

TEST(Pins, AreOfEveryMemberOrOfNone) {
    const auto why = [](const std::vector<Pin>& pins) {
        const auto made = make_pins(pins, 1, 2);
        return made ? "taken" : made.error().message();
    };
    EXPECT_EQ(why({}), "taken");
    EXPECT_THAT(why({{0, 0, "d0"}}), HasSubstr("1 of 2 members were given a place by hand"));
    EXPECT_THAT(why({{1, 0, "d0"}}),
                HasSubstr("place 1.0=d0: there is no such member: legs are 0 to 0"));
    EXPECT_THAT(why({{0, 0, "d0"}, {0, 0, "d1"}}), HasSubstr("place 0.0=d1: a member has one"));
}

TEST(FreeBytes, OfADiskTooSmallForDataAreNone) {
    Cluster cluster;
    EXPECT_EQ(free_bytes(cluster, add_disk(cluster, "d0", 1000)), 0U);
    EXPECT_EQ(free_bytes(cluster, add_disk(cluster, "d1", kDiskDataOffset)), 0U);
    EXPECT_EQ(free_bytes(cluster, add_disk(cluster, "d2", kDiskDataOffset + kMiB + 5)), kMiB);
}

}  // namespace
}  // namespace dnvme::plan
