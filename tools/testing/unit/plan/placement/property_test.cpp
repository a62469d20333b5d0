// SPDX-License-Identifier: Apache-2.0
// What holds for every cluster and every request.
#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "optimum.h"
#include "plan/placement/attempt.h"
#include "rules.h"
#include "world.h"

namespace dnvme::plan::placement {
namespace {

constexpr int kRounds = 500;

/// Nodes that have room for a member.
std::vector<std::string> fitting(const World& world, const Request& request) {
    const std::vector<std::uint64_t> slices = room(world, request);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < slices.size(); i++) {
        if (slices[i] > 0)
            names.push_back(world.nodes[i].name);
    }
    return names;
}

std::vector<std::string> usable(const World& world) {
    std::vector<std::string> names;
    for (const Node& node : world.nodes) {
        if (node.usable)
            names.push_back(node.name);
    }
    return names;
}

/// What a placer would do that knows capacity only: the first that fit.
std::vector<std::string> naive_choice(std::vector<std::string> nodes, std::size_t members) {
    nodes.resize(members);
    return nodes;
}

TEST(PlacementProperty, NoRuleIsBroken) {
    Random random(1);
    int placed = 0;
    for (int round = 0; round < kRounds; round++) {
        World world = random_world(random);
        for (int step = 0; step < 4; step++) {
            Request request = random_request(random, false);
            request.share_nodes = one_in(random, 4);
            const auto placement = place(world.inventory(), request);
            if (!placement)
                continue;
            expect_allowed(world, request, *placement);
            world = with(world, *placement);
            placed++;
        }
    }
    EXPECT_GT(placed, kRounds / 2);
}

TEST(PlacementProperty, ALegIsSpreadAsFarAsIsPossible) {
    Random random(2);
    int shared = 0;
    int naive_is_worse = 0;
    for (int round = 0; round < 3 * kRounds; round++) {
        const World world = random_world(random);
        const Request request = random_request(random, true);
        const std::vector<std::string> nodes = fitting(world, request);
        const auto fewest = fewest_pairs(world, nodes, request.members);
        const auto placement = place(world.inventory(), request);
        ASSERT_EQ(placement.has_value(), fewest.has_value());
        if (!placement)
            continue;
        EXPECT_EQ(pairs_of(world, nodes_of(placement->legs[0])), *fewest) << "round " << round;
        shared += *fewest > Pairs(0, 0) ? 1 : 0;
        naive_is_worse += pairs_of(world, naive_choice(nodes, request.members)) > *fewest ? 1 : 0;
    }
    EXPECT_GT(shared, 100) << "the worlds are too easy";
    EXPECT_GT(naive_is_worse, 100) << "anything would pass this test";
}

TEST(PlacementProperty, OfEquallyGoodNodesItTakesThoseWithTheFewestOfItsKey) {
    Random random(8);
    int others_are_worse = 0;
    for (int round = 0; round < kRounds; round++) {
        const World world = random_world(random);
        Request request = random_request(random, true);
        request.anti_affinity = "k";
        const auto placement = place(world.inventory(), request);
        if (!placement)
            continue;
        const int found = slices_of_key(world, nodes_of(placement->legs[0]), "k");
        int most = found;
        for (const auto& nodes : best_spread(world, fitting(world, request), request.members)) {
            EXPECT_LE(found, slices_of_key(world, nodes, "k")) << "round " << round;
            most = std::max(most, slices_of_key(world, nodes, "k"));
        }
        others_are_worse += most > found ? 1 : 0;
    }
    EXPECT_GT(others_are_worse, 50) << "the worlds are too easy";
}

TEST(PlacementProperty, ControllersAreSpreadAsFarAsIsPossible) {
    Random random(3);
    int naive_is_worse = 0;
    for (int round = 0; round < kRounds; round++) {
        World world = random_world(random);
        world.slices.clear();
        Request request = one_leg(Redundancy::none, 1, kMiB);
        request.actives = static_cast<std::uint32_t>(1 + random() % 3);
        request.standbys = static_cast<std::uint32_t>(random() % 3);
        const auto nodes = usable(world);
        const std::size_t count = request.actives + request.standbys;
        const auto fewest = fewest_pairs(world, nodes, count);
        const auto placement = place(world.inventory(), request);
        if (!placement)
            continue;
        ASSERT_TRUE(fewest);
        EXPECT_EQ(pairs_of(world, nodes_of(placement->controllers)), *fewest);
        naive_is_worse += pairs_of(world, naive_choice(nodes, count)) > *fewest ? 1 : 0;
    }
    EXPECT_GT(naive_is_worse, 20) << "anything would pass this test";
}

TEST(PlacementProperty, FailsOnlyIfItIsImpossible) {
    Random random(4);
    int impossible = 0;
    int needed_care = 0;
    for (int round = 0; round < 3 * kRounds; round++) {
        const World world = random_world(random);
        const Request request = random_request(random, false);
        const auto slices = room(world, request);
        const bool possible = is_possible(slices, request.legs, request.members);
        const Inventory inventory = world.inventory();
        EXPECT_EQ(place(inventory, request).has_value(), possible) << "round " << round;
        impossible += possible ? 0 : 1;
        needed_care += possible && !Attempt(inventory, request).run() ? 1 : 0;
    }
    EXPECT_GT(impossible, 200);
    EXPECT_LT(impossible, 3 * kRounds - 200);
    EXPECT_GT(needed_care, 5) << "placing leg by leg would pass this test";
}

TEST(PlacementProperty, NoLegSharesASiteIfAllLegsCanDoWithout) {
    Random random(5);
    int checked = 0;
    for (int round = 0; round < 3 * kRounds; round++) {
        const World world = random_world(random);
        const Request request = random_request(random, false);
        const auto sites = room_of_sites(world, room(world, request));
        if (request.members < 2 || !is_possible(sites, request.legs, request.members))
            continue;
        const auto placement = place(world.inventory(), request);
        ASSERT_TRUE(placement) << placement.error().message();
        for (const Leg& leg : placement->legs)
            EXPECT_EQ(std::get<0>(pairs_of(world, nodes_of(leg))), 0) << "round " << round;
        checked++;
    }
    EXPECT_GT(checked, 100);
}

/// Pairs of every two members that follow each other.
Pairs pairs_of_mirrors(const World& world, const std::vector<std::string>& nodes) {
    Pairs sum{0, 0};
    for (std::size_t i = 0; i + 1 < nodes.size(); i += 2) {
        const auto [site, rack] = pairs_of(world, {nodes[i], nodes[i + 1]});
        sum = {std::get<0>(sum) + site, std::get<1>(sum) + rack};
    }
    return sum;
}

TEST(PlacementProperty, MirrorsShareAsLittleAsIsPossible) {
    Random random(7);
    int orders_matter = 0;
    for (int round = 0; round < kRounds; round++) {
        World world = random_world(random);
        world.slices.clear();
        const Request request = one_leg(Redundancy::raid10, one_in(random, 2) ? 4 : 6, kMiB);
        const auto placement = place(world.inventory(), request);
        if (!placement)
            continue;
        std::vector<std::string> nodes = nodes_of(placement->legs[0]);
        const Pairs found = pairs_of_mirrors(world, nodes);
        std::sort(nodes.begin(), nodes.end());
        Pairs fewest = found;
        Pairs most = found;
        do {
            fewest = std::min(fewest, pairs_of_mirrors(world, nodes));
            most = std::max(most, pairs_of_mirrors(world, nodes));
        } while (std::next_permutation(nodes.begin(), nodes.end()));
        EXPECT_EQ(found, fewest) << "round " << round;
        orders_matter += fewest < most ? 1 : 0;
    }
    EXPECT_GT(orders_matter, 20) << "any order would pass this test";
}

std::vector<std::string> places_of(const Placement& placement) {
    std::vector<std::string> places = nodes_of(placement.controllers);
    for (const Leg& leg : placement.legs) {
        for (const Member& member : leg.members) {
            places.push_back(member.disk + "@" + std::to_string(member.offset_bytes));
            places.push_back(member.sharing ? member.sharing->reason : "");
        }
    }
    return places;
}

TEST(PlacementProperty, TheWayToAnInventoryMakesNoDifference) {
    Random random(6);
    for (int round = 0; round < kRounds / 4; round++) {
        const World world = random_world(random);
        const Request request = random_request(random, false);
        Inventory inventory = world.inventory();
        const auto placement = place(inventory, request);
        const auto other = place(world.shuffled(random).inventory(), request);
        ASSERT_EQ(placement.has_value(), other.has_value());
        if (!placement) {
            EXPECT_EQ(placement.error().message(), other.error().message());
            continue;
        }
        EXPECT_EQ(places_of(*placement), places_of(*other));
        ASSERT_TRUE(take(inventory, *placement));
        give_back(inventory, *placement);
        EXPECT_EQ(places_of(*placement), places_of(*place(inventory, request)));
    }
}

/// Difference of the most and the least used disk, in slices.
std::size_t imbalance(const World& world) {
    std::map<std::string, std::size_t> slices;
    for (const Disk& disk : world.disks)
        slices[disk.name] = 0;
    for (const Slice& slice : world.slices)
        slices[slice.disk]++;
    const auto [least, most] =
        std::minmax_element(slices.begin(), slices.end(),
                            [](const auto& a, const auto& b) { return a.second < b.second; });
    return most->second - least->second;
}

TEST(PlacementProperty, EqualDisksAreUsedEqually) {
    World world = make_grid({.sites = 2, .racks = 2, .nodes = 3, .disks = 2});
    Inventory inventory = world.inventory();
    for (int volume = 0; volume < 100; volume++) {
        const auto placement = place(inventory, one_leg(Redundancy::raid1, 2, kGiB));
        ASSERT_TRUE(placement);
        ASSERT_TRUE(take(inventory, *placement));
        world = with(world, *placement);
        EXPECT_LE(imbalance(world), 1U) << "volume " << volume;
    }
    for (const Inventory::NodeEntry& node : inventory.nodes())
        EXPECT_NEAR(node.controllers, 100 / 12.0, 1) << node.node.name;
}

}  // namespace
}  // namespace dnvme::plan::placement
