// SPDX-License-Identifier: Apache-2.0
#include "plan/placement/mirrors.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace dnvme::plan::placement {

// In the order of their domains, members that are half the leg apart share one only if more than
// half of the leg is in it: then some have to.
void pair_up(const Inventory& inventory, std::vector<Member>& members) {
    const auto domains = [&](const Member& member) {
        const Inventory::Id node = inventory.find_node(member.node).value();
        const Inventory::NodeEntry& entry = inventory.nodes()[node];
        return std::tie(inventory.sites()[entry.site].label, inventory.racks()[entry.rack].label,
                        entry.node.name);
    };
    std::stable_sort(members.begin(), members.end(),
                     [&](const Member& a, const Member& b) { return domains(a) < domains(b); });
    const std::size_t half = members.size() / 2;
    std::vector<Member> paired;
    for (std::size_t i = 0; i < half; i++) {
        paired.push_back(std::move(members[i]));
        paired.push_back(std::move(members[i + half]));
    }
    members = std::move(paired);
}

}  // namespace dnvme::plan::placement
