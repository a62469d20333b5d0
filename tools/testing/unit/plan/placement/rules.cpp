// SPDX-License-Identifier: Apache-2.0
#include "rules.h"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

namespace dnvme::plan::placement {
namespace {

const Node* find_node(const World& world, const std::string& name) {
    const auto node = std::find_if(world.nodes.begin(), world.nodes.end(),
                                   [&](const Node& each) { return each.name == name; });
    return node == world.nodes.end() ? nullptr : &*node;
}

void expect_selected(const World& world, const Selector& selector, const std::string& name) {
    const Node* node = find_node(world, name);
    ASSERT_NE(node, nullptr) << name;
    EXPECT_TRUE(node->usable) << name;
    EXPECT_TRUE(selector.matches(name, node->labels)) << name << ": " << selector.text();
}

void expect_leg(const World& world, const Request& request, const Leg& leg) {
    EXPECT_EQ(leg.members.size(), request.members);
    EXPECT_LT(leg.owner, request.actives);
    std::set<std::string> places;
    for (const Member& member : leg.members) {
        expect_selected(world, request.members_on, member.node);
        EXPECT_TRUE(places.insert(request.share_nodes ? member.disk : member.node).second)
            << "two members on " << member.node;
    }
}

void expect_controllers(const World& world, const Request& request,
                        const std::vector<Controller>& controllers) {
    EXPECT_EQ(controllers.size(), request.actives + request.standbys);
    std::set<std::string> nodes;
    for (std::size_t i = 0; i < controllers.size(); i++) {
        EXPECT_EQ(controllers[i].active, i < request.actives);
        expect_selected(world, request.controllers_on, controllers[i].node);
        EXPECT_TRUE(nodes.insert(controllers[i].node).second);
    }
}

void expect_room(const World& world) {
    for (const Disk& disk : world.disks) {
        std::map<std::uint64_t, std::uint64_t> slices;
        for (const Slice& slice : world.slices) {
            const bool here = slice.disk == disk.name;
            EXPECT_TRUE(!here || slices.emplace(slice.extent.begin, slice.extent.end).second);
        }
        std::uint64_t end = disk.room.begin;
        for (const auto& [begin, next_end] : slices) {
            EXPECT_GE(begin, end) << "slices meet on " << disk.name;
            end = next_end;
        }
        EXPECT_LE(end, disk.room.end) << "beyond " << disk.name;
    }
}

}  // namespace

void expect_allowed(const World& world, const Request& request, const Placement& placement) {
    EXPECT_EQ(placement.legs.size(), request.legs);
    for (const Leg& leg : placement.legs)
        expect_leg(world, request, leg);
    expect_controllers(world, request, placement.controllers);
    expect_room(with(world, placement));
}

World with(World world, const Placement& placement) {
    for (const Leg& leg : placement.legs) {
        for (const Member& member : leg.members)
            world.slices.push_back(slice_of(placement, member));
    }
    return world;
}

std::vector<std::string> nodes_of(const Leg& leg) {
    std::vector<std::string> nodes;
    for (const Member& member : leg.members)
        nodes.push_back(member.node);
    return nodes;
}

std::vector<std::string> nodes_of(const std::vector<Controller>& controllers) {
    std::vector<std::string> nodes;
    nodes.reserve(controllers.size());
    for (const Controller& controller : controllers)
        nodes.push_back(controller.node);
    return nodes;
}

}  // namespace dnvme::plan::placement
