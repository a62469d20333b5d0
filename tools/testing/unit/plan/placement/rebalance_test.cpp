// SPDX-License-Identifier: Apache-2.0
#include "plan/placement/rebalance.h"

#include <algorithm>
#include <numeric>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "optimum.h"
#include "rules.h"
#include "world.h"

namespace dnvme::plan::placement {
namespace {

constexpr std::uint32_t kNoLimit = 1000000;

/// A cluster that was full of volumes before a node joined.
struct Joined {
    World world;
    Inventory inventory;
    std::vector<PlacedLeg> legs;
    std::string node = "new";
};

void add_volume(Joined& joined, const Request& request) {
    const auto placement = place(joined.inventory, request);
    if (!placement)
        return;
    ASSERT_TRUE(take(joined.inventory, *placement));
    const std::string name = fmt::format("v{}", joined.legs.size());
    for (PlacedLeg& leg : placed_legs(name, *placement, request))
        joined.legs.push_back(std::move(leg));
}

void join(Joined& joined, const Labels& labels, const std::vector<std::uint64_t>& sizes) {
    World added;
    added.add(joined.node, labels, sizes);
    ASSERT_TRUE(joined.inventory.add(added.nodes[0]));
    for (const Disk& disk : added.disks)
        ASSERT_TRUE(joined.inventory.add(disk));
    joined.world.add(joined.node, labels, sizes);
}

Joined random_join(Random& random) {
    Joined joined;
    joined.world = make_grid({.sites = static_cast<int>(1 + random() % 3),
                              .racks = static_cast<int>(1 + random() % 2),
                              .nodes = static_cast<int>(1 + random() % 3),
                              .disks = 2,
                              .disk_bytes = 4 * kGiB});
    joined.inventory = joined.world.inventory();
    for (int volume = 0; volume < 50; volume++)
        add_volume(joined, random_request(random, false));
    const Labels labels = {{"site", std::to_string(random() % 4)},
                           {"rack", std::to_string(random() % 2)}};
    join(joined, labels, {2 * kGiB, 6 * kGiB});
    return joined;
}

const PlacedLeg& leg_named(const Joined& joined, const std::string& name) {
    return *std::find_if(joined.legs.begin(), joined.legs.end(),
                         [&](const PlacedLeg& leg) { return leg.name == name; });
}

std::uint64_t used(const Inventory& inventory, const std::string& node) {
    std::uint64_t bytes = 0;
    for (const Inventory::Id id : inventory.nodes()[inventory.find_node(node).value()].disks)
        bytes += inventory.disks()[id].space.capacity() - inventory.disks()[id].space.total();
    return bytes;
}

/// What the node should have: as large a part of its disks as of all.
double fair_share(const Joined& joined) {
    double all_used = 0;
    double all = 0;
    double own = 0;
    for (const Inventory::DiskEntry& disk : joined.inventory.disks()) {
        const auto capacity = static_cast<double>(disk.space.capacity());
        all_used += capacity - static_cast<double>(disk.space.total());
        all += capacity;
        if (joined.inventory.nodes()[disk.node].node.name == joined.node)
            own += capacity;
    }
    return all_used / all * own;
}

std::uint64_t bytes_of(const std::vector<Move>& moves) {
    return std::accumulate(
        moves.begin(), moves.end(), std::uint64_t{0},
        [](std::uint64_t sum, const Move& move) { return sum + move.extent.size(); });
}

std::string node_of(const World& world, const std::string& name) {
    return std::find_if(world.disks.begin(), world.disks.end(),
                        [&](const Disk& disk) { return disk.name == name; })
        ->node;
}

std::vector<std::string> nodes_of(const World& world, const PlacedLeg& leg) {
    std::vector<std::string> nodes;
    for (const Slice& slice : leg.members)
        nodes.push_back(node_of(world, slice.disk));
    return nodes;
}

/// The leg as it is after a move.
PlacedLeg moved(PlacedLeg leg, const Move& move) {
    leg.members[move.member].disk = move.to;
    leg.members[move.member].extent = move.extent;
    return leg;
}

bool is_worse(const World& world, const PlacedLeg& before, const PlacedLeg& after) {
    const auto nodes = nodes_of(world, after);
    const auto [site, rack] = pairs_of(world, nodes_of(world, before));
    const auto [site_after, rack_after] = pairs_of(world, nodes);
    return site_after > site || rack_after > rack ||
           std::set<std::string>(nodes.begin(), nodes.end()).size() < nodes.size();
}

/// How uneven the disks are used: the sum of squares of their shares.
double unevenness(const Inventory& inventory) {
    double sum = 0;
    for (const Inventory::DiskEntry& disk : inventory.disks()) {
        const double use = static_cast<double>(Inventory::use_of(disk.space)) /
                           static_cast<double>(Inventory::kFull);
        sum += use * use * static_cast<double>(disk.space.capacity());
    }
    return sum;
}

void carry_out(Joined& joined, const Move& move) {
    const Slice& slice = leg_named(joined, move.leg).members.at(move.member);
    EXPECT_EQ(slice.disk, move.from);
    EXPECT_EQ(slice.extent.size(), move.extent.size());
    ASSERT_TRUE(joined.inventory.give_back(slice));
    ASSERT_TRUE(joined.inventory.take({move.to, move.extent, slice.anti_affinity}));
}

TEST(Rebalance, MovesLittleAndMakesNothingWorse) {
    Random random(21);
    std::size_t all_moves = 0;
    for (int round = 0; round < 40; round++) {
        Joined joined = random_join(random);
        const auto moves = rebalance(joined.inventory, joined.legs, joined.node, kNoLimit);
        ASSERT_TRUE(moves) << moves.error().message();
        EXPECT_LE(static_cast<double>(bytes_of(*moves)), fair_share(joined));
        for (const Move& move : *moves) {
            const PlacedLeg& leg = leg_named(joined, move.leg);
            EXPECT_FALSE(is_worse(joined.world, leg, moved(leg, move))) << move.leg;
            const double before = unevenness(joined.inventory);
            carry_out(joined, move);
            EXPECT_LT(unevenness(joined.inventory), before);
        }
        all_moves += moves->size();
    }
    EXPECT_GT(all_moves, 100U);
}

/// What one would do that looks at bytes only is worse: so the test above can fail.
TEST(Rebalance, TakingAnyPieceWouldMakeLegsWorse) {
    Random random(21);
    int worse = 0;
    for (int round = 0; round < 40; round++) {
        const Joined joined = random_join(random);
        for (const PlacedLeg& leg : joined.legs) {
            const Move any{leg.name, 0, leg.members[0].disk, "new-d0", leg.members[0].extent};
            worse += is_worse(joined.world, leg, moved(leg, any)) ? 1 : 0;
        }
    }
    EXPECT_GT(worse, 100);
}

Joined simple_join(std::uint64_t bytes) {
    Joined joined;
    joined.world = make_grid({.sites = 1, .racks = 1, .nodes = 4, .disks = 1});
    joined.inventory = joined.world.inventory();
    for (int volume = 0; volume < 80; volume++)
        add_volume(joined, one_leg(Redundancy::raid1, 2, bytes));
    join(joined, {{"site", "0"}, {"rack", "0"}}, {100 * kGiB});
    return joined;
}

TEST(Rebalance, GivesTheNodeItsShare) {
    Joined joined = simple_join(2 * kGiB);
    const auto moves = rebalance(joined.inventory, joined.legs, joined.node, kNoLimit);
    ASSERT_TRUE(moves);
    // 320 GiB on five nodes are 64 GiB each, 32 members.
    EXPECT_EQ(moves->size(), 32U);
    for (const Move& move : *moves)
        carry_out(joined, move);
    for (const Node& node : joined.world.nodes)
        EXPECT_EQ(used(joined.inventory, node.name), 64 * kGiB) << node.name;
    const auto more = rebalance(joined.inventory, joined.legs, joined.node, kNoLimit);
    EXPECT_FALSE(more) << "the legs are elsewhere now";
}

TEST(Rebalance, StopsAtTheLimit) {
    const Joined joined = simple_join(2 * kGiB);
    EXPECT_EQ(rebalance(joined.inventory, joined.legs, joined.node, 5)->size(), 5U);
    EXPECT_EQ(rebalance(joined.inventory, joined.legs, joined.node, 0)->size(), 0U);
}

TEST(Rebalance, MovesNotWhatIsPinnedOrNotWanted) {
    Joined joined = simple_join(2 * kGiB);
    const auto moves = [&] {
        return rebalance(joined.inventory, joined.legs, joined.node, kNoLimit)->size();
    };
    for (PlacedLeg& leg : joined.legs)
        leg.members_on = Selector::parse({"node!=new"}).value();
    EXPECT_EQ(moves(), 0U);
    for (PlacedLeg& leg : joined.legs) {
        leg.members_on = Selector();
        leg.pinned = true;
    }
    EXPECT_EQ(moves(), 0U);
    joined.legs[3].pinned = false;
    EXPECT_EQ(moves(), 1U);
    ASSERT_TRUE(joined.inventory.set_usable("new", false));
    EXPECT_EQ(moves(), 0U);
}

TEST(Rebalance, KeepsVolumesWithTheSameKeyApart) {
    Joined joined;
    joined.world = make_grid({.nodes = 6, .disk_bytes = 20 * kGiB});
    joined.inventory = joined.world.inventory();
    Request request = one_leg(Redundancy::none, 1, 10 * kGiB);
    request.anti_affinity = "db";
    for (const Node& node : joined.world.nodes) {
        request.pinned_disks = {{node.name + "-d0"}};
        request.pinned_nodes = {node.name};
        add_volume(joined, request);
        ASSERT_TRUE(joined.inventory.remove_controller(node.name, "db"));
    }
    join(joined, {}, {100 * kGiB});
    // Its share has room for two, but the second would meet the first.
    const auto moves = rebalance(joined.inventory, joined.legs, joined.node, kNoLimit);
    EXPECT_EQ(moves->size(), 1U);
    ASSERT_TRUE(joined.inventory.take({"new-d0", {kMiB, 2 * kMiB}, "db"}));
    EXPECT_EQ(rebalance(joined.inventory, joined.legs, joined.node, kNoLimit)->size(), 0U);
}

TEST(Rebalance, KeepsMirrorsOfRaid10Apart) {
    World world;
    for (const char* name : {"a1", "a2", "b1", "b2"})
        world.add(name, {{"site", std::string(1, name[0])}}, {10 * kGiB});
    PlacedLeg leg{.name = "v/1", .redundancy = Redundancy::raid10, .members = {}, .members_on = {}};
    for (const char* disk : {"a1-d0", "b1-d0", "a2-d0", "b2-d0"}) {
        leg.members.push_back({disk, {kMiB, 5 * kGiB}, ""});
        world.slices.push_back(leg.members.back());
    }
    world.add("new", {{"site", "b"}}, {100 * kGiB});
    const auto moves = rebalance(world.inventory(), {leg}, "new", kNoLimit);
    ASSERT_TRUE(moves);
    ASSERT_EQ(moves->size(), 1U);
    EXPECT_EQ(moves->at(0).member % 2, 1U) << "its mirror is in site b, too";
}

TEST(Rebalance, SaysWhatIsNotThere) {
    Joined joined = simple_join(kGiB);
    EXPECT_EQ(rebalance(joined.inventory, joined.legs, "n9", 1).error().code(), Code::not_found);
    joined.legs[0].members[1].extent.end += 90 * kGiB;
    const auto wrong = rebalance(joined.inventory, joined.legs, joined.node, 1);
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code(), Code::conflict);
    EXPECT_THAT(wrong.error().message(),
                testing::HasSubstr("leg v0/1: disk 's0r0n1-d0' has free what is said to be its "
                                   "member 1"));
    joined.legs[0].members[1].disk = "d9";
    EXPECT_EQ(rebalance(joined.inventory, joined.legs, joined.node, 1).error().code(),
              Code::not_found);
}

}  // namespace
}  // namespace dnvme::plan::placement
