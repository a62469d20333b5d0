// SPDX-License-Identifier: Apache-2.0
#include "world.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace dnvme::plan::placement {
namespace {

void demand(const Status& status) {
    if (!status)
        throw std::logic_error(status.error().message());
}

Labels random_labels(Random& random) {
    Labels labels;
    if (!one_in(random, 6))
        labels["site"] = std::string(1, static_cast<char>('a' + random() % 3));
    if (!one_in(random, 6))
        labels["rack"] = std::to_string(random() % 3);
    if (one_in(random, 2))
        labels["tier"] = one_in(random, 2) ? "fast" : "slow";
    return labels;
}

void fill_some(World& world, const Disk& disk, Random& random) {
    std::uint64_t begin = disk.room.begin;
    while (begin + 256 * kMiB < disk.room.end) {
        const std::uint64_t end = begin + kMiB * (1 + random() % 256);
        if (one_in(random, 3))
            world.slices.push_back({disk.name, {begin, end}, one_in(random, 2) ? "k" : ""});
        begin = end + kMiB * (random() % 128);
    }
}

Selector random_selector(Random& random) {
    std::vector<std::string> rules;
    if (one_in(random, 6))
        rules.emplace_back("rack!=1");
    if (one_in(random, 8))
        rules.emplace_back("tier!=slow");
    return Selector::parse(rules).value();
}

}  // namespace

bool one_in(Random& random, unsigned n) {
    return random() % n == 0;
}

void World::add(const std::string& name, const Labels& labels,
                const std::vector<std::uint64_t>& sizes) {
    nodes.push_back({.name = name, .labels = labels});
    for (std::size_t i = 0; i < sizes.size(); i++)
        disks.push_back({fmt::format("{}-d{}", name, i), name, {kMiB, kMiB + sizes[i]}});
}

Inventory World::inventory() const {
    Inventory inventory;
    for (const Node& node : nodes)
        demand(inventory.add(node));
    for (const Disk& disk : disks)
        demand(inventory.add(disk));
    for (const Slice& slice : slices)
        demand(inventory.take(slice));
    return inventory;
}

World World::shuffled(Random& random) const {
    World world = *this;
    std::shuffle(world.nodes.begin(), world.nodes.end(), random);
    std::shuffle(world.disks.begin(), world.disks.end(), random);
    std::shuffle(world.slices.begin(), world.slices.end(), random);
    return world;
}

World make_grid(const Grid& grid) {
    World world;
    const std::vector<std::uint64_t> sizes(static_cast<std::size_t>(grid.disks), grid.disk_bytes);
    for (int site = 0; site < grid.sites; site++) {
        for (int rack = 0; rack < grid.racks; rack++) {
            for (int node = 0; node < grid.nodes; node++)
                world.add(fmt::format("s{}r{}n{}", site, rack, node),
                          {{"site", std::to_string(site)}, {"rack", std::to_string(rack)}}, sizes);
        }
    }
    return world;
}

World random_world(Random& random) {
    World world;
    const std::uint64_t nodes = 2 + random() % 7;
    for (std::uint64_t i = 0; i < nodes; i++) {
        std::vector<std::uint64_t> sizes(random() % 4);
        for (std::uint64_t& size : sizes)
            size = 256 * kMiB * (1 + random() % 8);
        world.add(fmt::format("n{}", i), random_labels(random), sizes);
        world.nodes.back().usable = !one_in(random, 12);
    }
    for (const Disk& disk : world.disks)
        fill_some(world, disk, random);
    return world;
}

Request random_request(Random& random, bool one_leg) {
    Request request;
    const std::uint64_t kind = random() % 5;
    request.redundancy = static_cast<Redundancy>(kind);
    const std::vector<std::uint32_t> least = {1, 2, 3, 4, 4};
    request.members = least[kind];
    if (request.redundancy == Redundancy::raid1 || request.redundancy == Redundancy::raid5)
        request.members += random() % 2;
    request.legs = one_leg ? 1 : static_cast<std::uint32_t>(1 + random() % 6);
    request.member_bytes = kMiB * (1 + random() % 400);
    request.members_on = random_selector(random);
    request.anti_affinity = one_in(random, 3) ? "k" : "";
    return request;
}

Request one_leg(Redundancy redundancy, std::uint32_t members, std::uint64_t bytes) {
    Request request;
    request.redundancy = redundancy;
    request.members = members;
    request.member_bytes = bytes;
    return request;
}

Slice slice_of(const Placement& placement, const Member& member) {
    return {member.disk,
            {member.offset_bytes, member.offset_bytes + placement.member_bytes},
            placement.anti_affinity};
}

std::vector<PlacedLeg> placed_legs(const std::string& volume, const Placement& placement,
                                   const Request& request) {
    std::vector<PlacedLeg> legs;
    for (const Leg& leg : placement.legs) {
        PlacedLeg& placed = legs.emplace_back();
        placed.name = fmt::format("{}/{}", volume, legs.size());
        placed.redundancy = request.redundancy;
        placed.members_on = request.members_on;
        for (const Member& member : leg.members)
            placed.members.push_back(slice_of(placement, member));
    }
    return legs;
}

}  // namespace dnvme::plan::placement
