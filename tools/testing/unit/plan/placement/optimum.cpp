// SPDX-License-Identifier: Apache-2.0
#include "optimum.h"

#include <algorithm>
#include <functional>
#include <map>

namespace dnvme::plan::placement {
namespace {

std::string value(const Node& node, const std::string& key) {
    return node.labels.contains(key) ? node.labels.at(key) : "-";
}

const Node& find(const World& world, const std::string& name) {
    return *std::find_if(world.nodes.begin(), world.nodes.end(),
                         [&](const Node& node) { return node.name == name; });
}

/// By bits of a map of units of 1 MiB, so that it knows nothing of gaps.
std::uint64_t slices_that_fit(const World& world, const Disk& disk, std::uint64_t size) {
    std::vector<bool> used(disk.room.end / kMiB, false);
    for (const Slice& slice : world.slices) {
        for (std::uint64_t unit = slice.extent.begin / kMiB;
             slice.disk == disk.name && unit * kMiB < slice.extent.end; unit++)
            used[unit] = true;
    }
    std::uint64_t count = 0;
    std::uint64_t run = 0;
    for (std::uint64_t unit = disk.room.begin / kMiB; unit < used.size(); unit++) {
        run = used[unit] ? 0 : run + 1;
        if (run * kMiB >= size) {
            count++;
            run = 0;
        }
    }
    return count;
}

}  // namespace

Pairs pairs_of(const World& world, const std::vector<std::string>& nodes) {
    int site = 0;
    int rack = 0;
    for (std::size_t i = 0; i < nodes.size(); i++) {
        for (std::size_t k = 0; k < i; k++) {
            const Node& a = find(world, nodes[i]);
            const Node& b = find(world, nodes[k]);
            const bool same_site = value(a, "site") == value(b, "site");
            site += same_site ? 1 : 0;
            rack += same_site && value(a, "rack") == value(b, "rack") ? 1 : 0;
        }
    }
    return {site, rack};
}

std::vector<std::vector<std::string>> best_spread(const World& world,
                                                  const std::vector<std::string>& nodes,
                                                  std::size_t count) {
    std::vector<std::vector<std::string>> best;
    for (unsigned set = 0; set < 1U << nodes.size(); set++) {
        std::vector<std::string> chosen;
        for (std::size_t i = 0; i < nodes.size(); i++) {
            if ((set >> i & 1) != 0)
                chosen.push_back(nodes[i]);
        }
        if (chosen.size() != count)
            continue;
        if (!best.empty() && pairs_of(world, chosen) < pairs_of(world, best[0]))
            best.clear();
        if (best.empty() || pairs_of(world, chosen) == pairs_of(world, best[0]))
            best.push_back(chosen);
    }
    return best;
}

std::optional<Pairs> fewest_pairs(const World& world, const std::vector<std::string>& nodes,
                                  std::size_t count) {
    const auto best = best_spread(world, nodes, count);
    return best.empty() ? std::nullopt : std::optional(pairs_of(world, best[0]));
}

int slices_of_key(const World& world, const std::vector<std::string>& nodes,
                  const std::string& key) {
    int count = 0;
    for (const Slice& slice : world.slices) {
        const auto disk = std::find_if(world.disks.begin(), world.disks.end(),
                                       [&](const Disk& each) { return each.name == slice.disk; });
        if (slice.anti_affinity == key)
            count += static_cast<int>(std::count(nodes.begin(), nodes.end(), disk->node));
    }
    return count;
}

std::vector<std::uint64_t> room(const World& world, const Request& request) {
    std::vector<std::uint64_t> room;
    for (const Node& node : world.nodes) {
        std::uint64_t& count = room.emplace_back(0);
        if (!node.usable || !request.members_on.matches(node.name, node.labels))
            continue;
        for (const Disk& disk : world.disks) {
            if (disk.node == node.name)
                count += slices_that_fit(world, disk, request.member_bytes);
        }
    }
    return room;
}

// Legs that get their units by augmenting paths, as in a flow.
bool is_possible(const std::vector<std::uint64_t>& room, std::uint32_t legs,
                 std::uint32_t members) {
    std::vector<std::vector<std::size_t>> users(room.size());
    const auto uses = [&](std::size_t unit, std::size_t leg) {
        return std::count(users[unit].begin(), users[unit].end(), leg) > 0;
    };
    std::vector<bool> seen;
    const std::function<bool(std::size_t)> give = [&](std::size_t leg) {
        for (std::size_t unit = 0; unit < room.size(); unit++) {
            if (uses(unit, leg) || seen[unit])
                continue;
            seen[unit] = true;
            if (users[unit].size() < room[unit]) {
                users[unit].push_back(leg);
                return true;
            }
            for (std::size_t i = 0; i < users[unit].size(); i++) {
                if (give(users[unit][i])) {
                    users[unit][i] = leg;
                    return true;
                }
            }
        }
        return false;
    };
    for (std::size_t i = 0; i < std::size_t{legs} * members; i++) {
        seen.assign(room.size(), false);
        if (!give(i % legs))
            return false;
    }
    return true;
}

std::vector<std::uint64_t> room_of_sites(const World& world,
                                         const std::vector<std::uint64_t>& room) {
    std::map<std::string, std::uint64_t> sites;
    for (std::size_t i = 0; i < room.size(); i++)
        sites[value(world.nodes[i], "site")] += room[i];
    std::vector<std::uint64_t> sums;
    sums.reserve(sites.size());
    for (const auto& [site, sum] : sites)
        sums.push_back(sum);
    return sums;
}

}  // namespace dnvme::plan::placement
