// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "world.h"

namespace dnvme::plan::placement {
namespace {

using testing::HasSubstr;

Inventory one_node() {
    World world;
    world.add("n1", {{"site", "a"}}, {10 * kGiB});
    return world.inventory();
}

TEST(Inventory, RefusesTwoOfOneName) {
    Inventory inventory = one_node();
    EXPECT_EQ(inventory.add(Node{.name = "n1", .labels = {}}).error().code(), Code::exists);
    EXPECT_EQ(inventory.add(Disk{"n1-d0", "n1", {}}).error().code(), Code::exists);
    EXPECT_EQ(inventory.add(Disk{"n2-d0", "n2", {}}).error().code(), Code::not_found);
    EXPECT_EQ(inventory.set_usable("n2", false).error().code(), Code::not_found);
}

TEST(Inventory, RefusesToTakeTwice) {
    Inventory inventory = one_node();
    const Slice slice{"n1-d0", {kMiB, 2 * kGiB}, "k"};
    ASSERT_TRUE(inventory.take(slice));
    const Status again = inventory.take(slice);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code(), Code::conflict);
    EXPECT_THAT(again.error().message(), HasSubstr("disk 'n1-d0' has 2 GiB at 1 MiB not free"));
    EXPECT_EQ(inventory.counts("k").size(), 1U);
    ASSERT_TRUE(inventory.give_back(slice));
    EXPECT_EQ(inventory.give_back(slice).error().code(), Code::conflict);
    EXPECT_TRUE(inventory.counts("k").empty());
    EXPECT_EQ(inventory.take({"d9", {0, 1}, ""}).error().code(), Code::not_found);
}

TEST(Inventory, CountsControllers) {
    Inventory inventory = one_node();
    ASSERT_TRUE(inventory.add_controller("n1", "k"));
    EXPECT_EQ(inventory.nodes()[0].controllers, 1U);
    EXPECT_EQ(inventory.counts("k").at(0), 1U);
    ASSERT_TRUE(inventory.remove_controller("n1", "k"));
    EXPECT_EQ(inventory.remove_controller("n1", "k").error().code(), Code::conflict);
    EXPECT_EQ(inventory.add_controller("n2", "").error().code(), Code::not_found);
}

TEST(Inventory, AWholePlacementIsTakenOrNothing) {
    Inventory inventory = one_node();
    Placement placement;
    placement.member_bytes = kGiB;
    placement.legs.resize(2);
    placement.legs[0].members.push_back(
        {.disk = "n1-d0", .node = "n1", .offset_bytes = kMiB, .sharing = {}});
    placement.legs[1].members.push_back(
        {.disk = "n1-d0", .node = "n1", .offset_bytes = kGiB, .sharing = {}});
    EXPECT_EQ(take(inventory, placement).error().code(), Code::conflict);
    EXPECT_EQ(inventory.disks()[0].space.total(), 10 * kGiB);
    placement.legs[1].members[0].offset_bytes += kMiB;
    EXPECT_TRUE(take(inventory, placement));
    EXPECT_EQ(inventory.disks()[0].space.total(), 8 * kGiB);
}

}  // namespace
}  // namespace dnvme::plan::placement
