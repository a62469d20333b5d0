// SPDX-License-Identifier: Apache-2.0
#include "plan/placement/draft.h"

#include <cassert>

#include <fmt/format.h>

#include "base/size.h"

namespace dnvme::plan::placement {
namespace {

/// Disks whose use differs by less than a sixteenth count as equally used while legs of one volume
/// are kept on different nodes: a stripe is as fast as the nodes that it is on are many.
constexpr std::uint64_t kStep = Inventory::kFull / 16;

}  // namespace

Draft::Draft(const Inventory& inventory, const Request& request)
    : inventory_(inventory),
      request_(request),
      conflicts_(inventory.counts(request.anti_affinity)),
      matches_(inventory.disks().size(), Match::unknown) {}

bool Draft::matches(Id disk) const {
    Match& match = matches_[disk];
    if (match == Match::unknown) {
        const Inventory::DiskEntry& entry = inventory_.disks()[disk];
        const Node& node = inventory_.nodes()[entry.node].node;
        const bool yes =
            node.usable && request_.members_on.matches(node.name, node.labels, entry.labels);
        match = yes ? Match::yes : Match::no;
    }
    return match == Match::yes;
}

const FreeSpace& Draft::space(Id disk) const {
    const auto found = changed_.find(disk);
    return found == changed_.end() ? inventory_.disks()[disk].space : found->second;
}

bool Draft::fits(Id disk) const {
    return matches(disk) && space(disk).fits(request_.member_bytes);
}

bool Draft::may_hold(Id disk, const Spread& leg) const {
    if (!fits(disk))
        return false;
    return request_.share_nodes ? !leg.uses(disk) : leg.on_node(inventory_.disks()[disk].node) == 0;
}

Rank Draft::rank(Id disk, const Spread& leg) const {
    const Inventory::DiskEntry& entry = inventory_.disks()[disk];
    const std::uint64_t use = Inventory::use_of(space(disk));
    return {.sharers = leg.on_node(entry.node),
            .conflicts = count_of(conflicts_, entry.node),
            .step = use / kStep,
            .mates = count_of(members_on_, entry.node),
            .use = use,
            .name = entry.name};
}

std::optional<Candidate> Draft::best_in(Id rack, const Spread& leg, const Allowed& allowed) const {
    std::optional<Candidate> best;
    for (const Inventory::Ranked& entry : inventory_.racks()[rack].disks) {
        // What this request takes only adds to a disk's use: no later one comes below this.
        const Rank least{.step = entry.use / kStep, .use = entry.use, .name = entry.name};
        if (best && best->rank < least)
            break;
        if (!may_hold(entry.id, leg) || (allowed && !allowed(entry.id)))
            continue;
        const Rank found = rank(entry.id, leg);
        if (!best || found < best->rank)
            best = {.rank = found, .node = inventory_.disks()[entry.id].node, .disk = entry.id};
    }
    return best;
}

std::uint64_t Draft::take(Id disk) {
    const Inventory::DiskEntry& entry = inventory_.disks()[disk];
    members_on_[entry.node]++;
    FreeSpace& space = changed_.try_emplace(disk, entry.space).first->second;
    return space.take_first(request_.member_bytes).value();
}

void Draft::give_back(Id disk, std::uint64_t begin) {
    const bool taken = changed_.at(disk).give_back({begin, begin + request_.member_bytes});
    assert(taken);
    (void)taken;
    members_on_[inventory_.disks()[disk].node]--;
}

std::string Draft::wanted() const {
    const std::string& rules = request_.members_on.text();
    return fmt::format(" with {} free in one piece{}", format_size(request_.member_bytes),
                       rules.empty() ? "" : " where " + rules);
}

}  // namespace dnvme::plan::placement
