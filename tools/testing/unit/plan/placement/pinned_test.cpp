// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/placement/place.h"
#include "rules.h"
#include "world.h"

namespace dnvme::plan::placement {
namespace {

World two_racks() {
    World world =
        make_grid({.sites = 1, .racks = 2, .nodes = 2, .disks = 2, .disk_bytes = 10 * kGiB});
    world.nodes[3].usable = false;
    return world;
}

Request pinned(const std::vector<std::vector<std::string>>& disks) {
    Request request = one_leg(Redundancy::raid1, 2, 4 * kGiB);
    request.legs = static_cast<std::uint32_t>(disks.size());
    request.pinned_disks = disks;
    return request;
}

void expect_error(const Request& request, Code code, const std::string& text) {
    const auto placement = place(two_racks().inventory(), request);
    ASSERT_FALSE(placement);
    EXPECT_EQ(placement.error().code(), code);
    EXPECT_EQ(placement.error().message(), text);
}

TEST(Pinned, IsTakenAsItIs) {
    const Request request = pinned({{"s0r0n1-d1", "s0r0n0-d0"}, {"s0r0n0-d0", "s0r1n0-d0"}});
    const auto placement = place(two_racks().inventory(), request);
    ASSERT_TRUE(placement) << placement.error().message();
    expect_allowed(two_racks(), request, *placement);
    EXPECT_EQ(placement->legs[0].members[0].disk, "s0r0n1-d1");
    EXPECT_EQ(placement->legs[0].members[1].disk, "s0r0n0-d0");
    EXPECT_EQ(placement->legs[0].members[1].sharing->reason,
              "shares rack=0 of site=0 with s0r0n1: chosen by hand");
    EXPECT_EQ(placement->legs[1].members[0].offset_bytes, kMiB + 4 * kGiB);
}

TEST(Pinned, NamesTheWrongOne) {
    expect_error(pinned({{"s0r0n0-d0", "s0r1n0-d0"}, {"s0r0n0-d0", "d9"}}), Code::not_found,
                 "member 1.1 on disk d9: it does not exist");
    expect_error(pinned({{"s0r0n0-d0", "s0r0n0-d0"}}), Code::invalid,
                 "member 0.1 on disk s0r0n0-d0: it has member 0 of this leg");
    expect_error(pinned({{"s0r0n0-d0", "s0r0n0-d1"}}), Code::invalid,
                 "member 0.1 on disk s0r0n0-d1: its node s0r0n0 has member 0 of this leg, "
                 "on s0r0n0-d0");
    expect_error(pinned({{"s0r1n1-d0", "s0r0n0-d0"}}), Code::invalid,
                 "member 0.0 on disk s0r1n1-d0: node s0r1n1 takes nothing new now");
}

TEST(Pinned, CountsItsOwnSlices) {
    const std::vector<std::string> leg = {"s0r0n0-d0", "s0r1n0-d0"};
    expect_error(pinned({leg, leg, leg}), Code::no_space,
                 "member 2.0 on disk s0r0n0-d0: it has 2 GiB free in one piece of the 4 GiB "
                 "that are needed");
}

TEST(Pinned, ObeysTheLabels) {
    Request request = pinned({{"s0r0n0-d0", "s0r1n0-d0"}});
    request.members_on = Selector::parse({"rack!=1"}).value();
    expect_error(request, Code::invalid,
                 "member 0.1 on disk s0r1n0-d0: node s0r1n0 does not match rack!=1");
}

TEST(Pinned, MayShareANodeIfAllowed) {
    Request request = pinned({{"s0r0n0-d0", "s0r0n0-d1"}});
    request.share_nodes = true;
    const auto placement = place(two_racks().inventory(), request);
    ASSERT_TRUE(placement);
    EXPECT_EQ(placement->legs[0].members[1].sharing->domain, Domain::node);
}

TEST(Pinned, IsForAllOrForNone) {
    Request request = pinned({{"s0r0n0-d0", "s0r1n0-d0"}});
    request.legs = 2;
    expect_error(request, Code::invalid,
                 "disks are named for 1 legs of 2: name those of all legs or of none");
    request.legs = 1;
    request.pinned_disks = {{"s0r0n0-d0"}};
    expect_error(request, Code::invalid, "leg 1 of 1 has 2 members and 1 disks were named for it");
    request.pinned_disks = {};
    request.pinned_nodes = {"s0r0n0"};
    request.standbys = 1;
    expect_error(request, Code::invalid,
                 "nodes are named for 1 controllers of 2: name those of all controllers or of "
                 "none");
}

TEST(Pinned, NodesOfControllersAreVerified) {
    Request request = one_leg(Redundancy::none, 1, kGiB);
    request.standbys = 1;
    request.pinned_nodes = {"s0r0n0", "s0r0n0"};
    expect_error(request, Code::invalid, "controller 1, node s0r0n0: it has controller 0 already");
    request.pinned_nodes = {"s0r0n0", "n9"};
    expect_error(request, Code::not_found, "controller 1, node n9: it does not exist");
    request.pinned_nodes = {"s0r1n1", "s0r0n0"};
    expect_error(request, Code::invalid,
                 "controller 0, node s0r1n1: node s0r1n1 takes nothing new now");
    request.pinned_nodes = {"s0r1n0", "s0r0n0"};
    const auto placement = place(two_racks().inventory(), request);
    ASSERT_TRUE(placement);
    EXPECT_EQ(nodes_of(placement->controllers), request.pinned_nodes);
}

}  // namespace
}  // namespace dnvme::plan::placement
