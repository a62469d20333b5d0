// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/placement/place.h"
#include "rules.h"
#include "world.h"

namespace dnvme::plan::placement {
namespace {

using testing::HasSubstr;

Request controllers(std::uint32_t actives, std::uint32_t standbys) {
    Request request = one_leg(Redundancy::none, 1, kMiB);
    request.actives = actives;
    request.standbys = standbys;
    return request;
}

std::set<std::string> sites_of(const Placement& placement, std::size_t count) {
    std::set<std::string> sites;
    for (std::size_t i = 0; i < count; i++)
        sites.insert(placement.controllers[i].node.substr(0, 2));
    return sites;
}

TEST(Controllers, ActivesAreSpreadFirst) {
    const World world = make_grid({.sites = 3, .racks = 2, .nodes = 2});
    const auto placement = place(world.inventory(), controllers(3, 2));
    ASSERT_TRUE(placement);
    expect_allowed(world, controllers(3, 2), *placement);
    EXPECT_EQ(sites_of(*placement, 3).size(), 3U);
    EXPECT_THAT(placement->controllers[3].sharing->reason,
                HasSubstr("shares site=0 with s0r0n0: every site is used already"));
}

TEST(Controllers, GoWhereThereAreFewest) {
    const World world = make_grid({.nodes = 3});
    Inventory inventory = world.inventory();
    ASSERT_TRUE(inventory.add_controller("s0r0n0", ""));
    ASSERT_TRUE(inventory.add_controller("s0r0n2", ""));
    const auto placement = place(inventory, controllers(1, 0));
    ASSERT_TRUE(placement);
    EXPECT_EQ(placement->controllers[0].node, "s0r0n1");
}

TEST(Controllers, AvoidNodesOfVolumesWithTheSameKey) {
    const World world = make_grid({.nodes = 4});
    Inventory inventory = world.inventory();
    ASSERT_TRUE(inventory.add_controller("s0r0n0", "db"));
    for (int i = 0; i < 5; i++)
        ASSERT_TRUE(inventory.add_controller("s0r0n3", ""));
    Request request = controllers(2, 1);
    request.anti_affinity = "db";
    const auto placement = place(inventory, request);
    ASSERT_TRUE(placement);
    EXPECT_EQ(nodes_of(placement->controllers),
              (std::vector<std::string>{"s0r0n1", "s0r0n2", "s0r0n3"}));
}

TEST(Controllers, OfOneVolumeNeedAsManyNodes) {
    World world = make_grid({.nodes = 4});
    Request request = controllers(3, 1);
    request.controllers_on = Selector::parse({"node!=s0r0n1"}).value();
    const auto placement = place(world.inventory(), request);
    ASSERT_FALSE(placement);
    EXPECT_EQ(placement.error().code(), Code::precondition);
    EXPECT_EQ(placement.error().message(),
              "4 controllers need 4 nodes that match node!=s0r0n1; there are 3: s0r0n0, s0r0n2, "
              "s0r0n3: ask for fewer controllers");
}

TEST(Controllers, OwnEquallyManyLegs) {
    const World world = make_grid({.nodes = 6});
    for (const std::uint32_t actives : {1U, 2U, 3U, 5U}) {
        for (const std::uint32_t legs : {1U, 2U, 7U, 64U}) {
            Request request = controllers(actives, 1);
            request.legs = legs;
            const auto placement = place(world.inventory(), request);
            ASSERT_TRUE(placement);
            std::vector<int> owned(actives);
            for (const Leg& leg : placement->legs)
                owned.at(leg.owner)++;
            const auto [least, most] = std::minmax_element(owned.begin(), owned.end());
            EXPECT_LE(*most - *least, 1);
        }
    }
}

TEST(Controllers, PreferLegsWithAMemberOnTheirNode) {
    const World world = make_grid({.nodes = 2});
    Request request = controllers(2, 0);
    request.legs = 2;
    request.pinned_disks = {{"s0r0n1-d0"}, {"s0r0n0-d0"}};
    request.pinned_nodes = {"s0r0n0", "s0r0n1"};
    const auto placement = place(world.inventory(), request);
    ASSERT_TRUE(placement);
    EXPECT_EQ(placement->legs[0].owner, 1U);
    EXPECT_EQ(placement->legs[1].owner, 0U);
}

}  // namespace
}  // namespace dnvme::plan::placement
