// SPDX-License-Identifier: Apache-2.0
#include "plan/placement/shortlist.h"

#include <tuple>

namespace dnvme::plan::placement {

// Pairs that share a domain are convex functions of the counts of nested sets, so adding whatever
// adds least, one by one, ends with the fewest that are possible at all: see placement.rst.
std::optional<Candidate> Shortlist::choose(const Spread& spread) {
    const auto cost = [&](Inventory::Id rack, const Candidate& candidate) {
        return std::tuple(candidate.rank.sharers, spread.in_site(inventory_.racks()[rack].site),
                          spread.in_rack(rack), candidate.rank);
    };
    std::optional<Inventory::Id> chosen;
    for (Inventory::Id rack = 0; rack < best_.size(); rack++) {
        if (!best_[rack])
            best_[rack] = find_(rack);
        const std::optional<Candidate>& best = *best_[rack];
        if (best && (!chosen || cost(rack, *best) < cost(*chosen, **best_[*chosen])))
            chosen = rack;
    }
    return chosen ? *best_[*chosen] : std::nullopt;
}

}  // namespace dnvme::plan::placement
