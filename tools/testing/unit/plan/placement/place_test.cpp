// SPDX-License-Identifier: Apache-2.0
#include "plan/placement/place.h"

#include <algorithm>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules.h"
#include "world.h"

namespace dnvme::plan::placement {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const Node& node_named(const World& world, const std::string& name) {
    return *std::find_if(world.nodes.begin(), world.nodes.end(),
                         [&](const Node& node) { return node.name == name; });
}

/// How many members have each value of a label.
std::map<std::string, int> by_label(const World& world, const Leg& leg, const std::string& key) {
    std::map<std::string, int> counts;
    for (const Member& member : leg.members)
        counts[node_named(world, member.node).labels.at(key)]++;
    return counts;
}

Error error_of(const World& world, const Request& request) {
    const auto placement = place(world.inventory(), request);
    EXPECT_FALSE(placement);
    return placement ? Error(Code::internal, "it was placed") : placement.error();
}

TEST(Place, PutsMembersInDifferentSites) {
    const World world = make_grid({.sites = 3, .racks = 2, .nodes = 2});
    const auto placement = place(world.inventory(), one_leg(Redundancy::raid1, 3, kGiB));
    ASSERT_TRUE(placement);
    EXPECT_EQ(by_label(world, placement->legs[0], "site").size(), 3U);
    for (const Member& member : placement->legs[0].members)
        EXPECT_FALSE(member.sharing) << member.sharing->reason;
}

TEST(Place, SpreadsEvenlyWhereDomainsMustBeShared) {
    const World world = make_grid({.sites = 2, .racks = 2, .nodes = 3});
    const auto placement = place(world.inventory(), one_leg(Redundancy::raid6, 6, kGiB));
    ASSERT_TRUE(placement);
    const Leg& leg = placement->legs[0];
    EXPECT_EQ(by_label(world, leg, "site"), (std::map<std::string, int>{{"0", 3}, {"1", 3}}));
    EXPECT_FALSE(leg.members[0].sharing);
    ASSERT_TRUE(leg.members[2].sharing);
    EXPECT_EQ(leg.members[2].sharing->domain, Domain::site);
    EXPECT_EQ(leg.members[2].sharing->reason,
              "shares site=0 with s0r0n0: every site with 1 GiB free in one piece is used already");
    ASSERT_TRUE(leg.members[5].sharing);
    EXPECT_EQ(leg.members[5].sharing->domain, Domain::rack);
    EXPECT_THAT(leg.members[5].sharing->reason,
                HasSubstr(": every rack of site=1 with 1 GiB free in one piece is used already"));
}

TEST(Place, RacksOfTwoSitesAreTwo) {
    World world;
    world.add("n1", {{"site", "a"}, {"rack", "1"}}, {9 * kGiB});
    world.add("n2", {{"site", "a"}, {"rack", "1"}}, {9 * kGiB});
    world.add("n3", {{"site", "b"}, {"rack", "1"}}, {9 * kGiB});
    const auto placement = place(world.inventory(), one_leg(Redundancy::raid1, 2, kGiB));
    ASSERT_TRUE(placement);
    EXPECT_EQ(nodes_of(placement->legs[0]), (std::vector<std::string>{"n1", "n3"}));
    EXPECT_FALSE(placement->legs[0].members[1].sharing);
}

TEST(Place, SaysNothingOfDomainsThatAreNotKnown) {
    World world;
    world.add("n1", {}, {9 * kGiB});
    world.add("n2", {}, {9 * kGiB});
    const auto placement = place(world.inventory(), one_leg(Redundancy::raid1, 2, kGiB));
    ASSERT_TRUE(placement);
    EXPECT_FALSE(placement->legs[0].members[1].sharing);
}

TEST(Place, TakesTheLeastUsedDisk) {
    World world;
    world.add("n1", {}, {100 * kGiB, 50 * kGiB});
    world.add("n2", {}, {10 * kGiB});
    world.slices.push_back({"n1-d0", {kMiB, 30 * kGiB}, ""});
    world.slices.push_back({"n1-d1", {kMiB, 10 * kGiB}, ""});
    world.slices.push_back({"n2-d0", {kMiB, kGiB}, ""});
    const auto placement = place(world.inventory(), one_leg(Redundancy::none, 1, kGiB));
    ASSERT_TRUE(placement);
    EXPECT_EQ(placement->legs[0].members[0].disk, "n2-d0");
    EXPECT_EQ(placement->legs[0].members[0].offset_bytes, kGiB);
}

TEST(Place, KeepsLegsOfAVolumeApart) {
    World world = make_grid({.sites = 1, .racks = 1, .nodes = 8, .disks = 2});
    // A little used all of them are, but for one node.
    for (const Disk& disk : world.disks) {
        if (disk.node != "s0r0n3")
            world.slices.push_back({disk.name, {kMiB, 2 * kGiB}, ""});
    }
    Request request = one_leg(Redundancy::none, 1, 64 * kMiB);
    request.legs = 8;
    const auto placement = place(world.inventory(), request);
    ASSERT_TRUE(placement);
    std::set<std::string> nodes;
    for (const Leg& leg : placement->legs)
        nodes.insert(leg.members[0].node);
    EXPECT_EQ(nodes.size(), 8U);
}

TEST(Place, AvoidsNodesOfVolumesWithTheSameKey) {
    World world = make_grid({.sites = 1, .racks = 2, .nodes = 3});
    Inventory inventory = world.inventory();
    Request request = one_leg(Redundancy::raid1, 2, kGiB);
    request.anti_affinity = "db";
    std::set<std::string> nodes;
    for (int volume = 0; volume < 3; volume++) {
        request.pinned_nodes = {"s0r0n0"};
        const auto placement = place(inventory, request);
        ASSERT_TRUE(placement);
        for (const std::string& node : nodes_of(placement->legs[0]))
            nodes.insert(node);
        ASSERT_TRUE(take(inventory, *placement));
    }
    EXPECT_EQ(nodes.size(), 6U);
    EXPECT_TRUE(place(inventory, request)) << "it is a wish";
}

TEST(Place, SpreadGoesBeforeTheKey) {
    World world;
    world.add("n1", {{"rack", "1"}}, {9 * kGiB});
    world.add("n2", {{"rack", "1"}}, {9 * kGiB});
    world.add("n3", {{"rack", "2"}}, {9 * kGiB});
    world.slices.push_back({"n3-d0", {kMiB, kGiB}, "db"});
    Request request = one_leg(Redundancy::raid1, 2, kGiB);
    request.anti_affinity = "db";
    const auto placement = place(world.inventory(), request);
    ASSERT_TRUE(placement);
    EXPECT_EQ(by_label(world, placement->legs[0], "rack").size(), 2U);
}

/// Every two members with the same data.
TEST(Place, MirrorsOfRaid10ShareNoDomain) {
    const World world = make_grid({.sites = 2, .racks = 3, .nodes = 3});
    const auto placement = place(world.inventory(), one_leg(Redundancy::raid10, 12, kGiB));
    ASSERT_TRUE(placement);
    const auto& members = placement->legs[0].members;
    for (std::size_t i = 0; i < members.size(); i += 2)
        EXPECT_NE(node_named(world, members[i].node).labels.at("site"),
                  node_named(world, members[i + 1].node).labels.at("site"));
}

TEST(Place, SharesANodeOnlyWhereAllowedAndNeeded) {
    World world;
    world.add("n1", {}, {9 * kGiB, 9 * kGiB});
    world.add("n2", {}, {9 * kGiB});
    Request request = one_leg(Redundancy::raid5, 3, kGiB);
    EXPECT_EQ(error_of(world, request).code(), Code::precondition);
    request.share_nodes = true;
    const auto placement = place(world.inventory(), request);
    ASSERT_TRUE(placement);
    EXPECT_EQ(nodes_of(placement->legs[0]), (std::vector<std::string>{"n1", "n2", "n1"}));
    EXPECT_EQ(placement->legs[0].members[2].sharing->domain, Domain::node);
    EXPECT_EQ(placement->legs[0].members[2].sharing->reason,
              "shares the node with n1: every node with 1 GiB free in one piece is used already");
    EXPECT_FALSE(placement->legs[0].members[1].sharing);
    request.members = 4;
    EXPECT_THAT(error_of(world, request).message(),
                HasSubstr("needs 4 disks with 1 GiB free in one piece; there are 3: n1-d0, n1-d1, "
                          "n2-d0: add disks"));
}

/// Leg by leg the second one would find nothing but n3.
TEST(Place, LeavesRoomForLaterLegs) {
    World world;
    world.add("n1", {{"rack", "1"}}, {kGiB + kMiB});
    world.add("n2", {{"rack", "2"}}, {kGiB + kMiB});
    world.add("n3", {{"rack", "2"}}, {3 * kGiB, 3 * kGiB});
    world.slices.push_back({"n3-d0", {kMiB, 2 * kGiB}, ""});
    world.slices.push_back({"n3-d1", {kMiB, 2 * kGiB}, ""});
    Request request = one_leg(Redundancy::raid1, 2, kGiB);
    request.legs = 2;
    const auto placement = place(world.inventory(), request);
    ASSERT_TRUE(placement) << placement.error().message();
    expect_allowed(world, request, *placement);
}

TEST(Place, SaysHowManyNodesAreMissing) {
    World world;
    for (const char* name : {"n1", "n2", "n3", "n4"})
        world.add(name, {{"rack", name == std::string("n3") ? "7" : "1"}}, {20 * kGiB});
    world.slices.push_back({"n2-d0", {kMiB, 10 * kGiB}, ""});
    Request request = one_leg(Redundancy::raid1, 3, 12 * kGiB);
    request.members_on = Selector::parse({"rack!=7"}).value();
    const Error error = error_of(world, request);
    EXPECT_EQ(error.code(), Code::no_space);
    EXPECT_EQ(
        error.message(),
        "leg 1 of 1 needs 3 nodes with 12 GiB free in one piece that match rack!=7; there are "
        "2: n1, n4 (of 3; the largest free piece elsewhere is 10 GiB): add disks, or ask for "
        "less");
    request.members = 4;
    request.member_bytes = kGiB;
    EXPECT_EQ(error_of(world, request).code(), Code::precondition);
    EXPECT_THAT(error_of(world, request).message(),
                AllOf(HasSubstr("there are 3: n1, n2, n4: add nodes"), Not(HasSubstr("(of"))));
}

TEST(Place, NamesTheLegThatHasNoRoom) {
    World world;
    world.add("n1", {}, {3 * kGiB});
    world.add("n2", {}, {9 * kGiB});
    Request request = one_leg(Redundancy::raid1, 2, kGiB);
    request.legs = 5;
    EXPECT_THAT(error_of(world, request).message(),
                HasSubstr("leg 4 of 5 needs 2 nodes with 1 GiB free in one piece; there is 1: n2"));
}

TEST(Place, ListsNotAllOfManyNodes) {
    const World world = make_grid({.nodes = 14});
    EXPECT_THAT(error_of(world, one_leg(Redundancy::raid1, 20, kGiB)).message(),
                HasSubstr("there are 14: s0r0n0, s0r0n1, s0r0n10, s0r0n11, s0r0n12, s0r0n13, "
                          "s0r0n2, s0r0n3, s0r0n4, s0r0n5 and 4 more"));
}

TEST(Place, RefusesImpossibleNumbers) {
    const World world = make_grid({.nodes = 4});
    const auto expect = [&](const Request& request, const char* text) {
        const Error error = error_of(world, request);
        EXPECT_EQ(error.code(), Code::invalid);
        EXPECT_THAT(error.message(), HasSubstr(text));
    };
    expect(one_leg(Redundancy::none, 2, kGiB), "2 members make no none leg");
    expect(one_leg(Redundancy::raid1, 1, kGiB), "1 members make no raid1 leg: expected 2 to 32");
    expect(one_leg(Redundancy::raid5, 2, kGiB), "expected 3 to 32");
    expect(one_leg(Redundancy::raid6, 33, kGiB), "expected 4 to 32");
    expect(one_leg(Redundancy::raid10, 5, kGiB), "it consists of pairs");
    expect(one_leg(Redundancy::none, 1, 0), "members of 0 bytes");
    Request request = one_leg(Redundancy::none, 1, kGiB);
    request.legs = 65;
    expect(request, "65 legs are not possible: expected 1 to 64");
    request.legs = 1;
    request.actives = 17;
    expect(request, "17 active controllers are not possible: expected 1 to 16");
    request.actives = 1;
    request.standbys = 5;
    expect(request, "5 standbys are not possible: expected 0 to 4");
}

}  // namespace
}  // namespace dnvme::plan::placement
