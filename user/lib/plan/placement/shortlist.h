// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "plan/placement/inventory.h"
#include "plan/placement/spread.h"

namespace dnvme::plan::placement {

/// Why one place is better than another in the same rack; the least is the best.
struct Rank {
    std::uint32_t sharers = 0;    ///< members of the same leg on the node
    std::uint32_t conflicts = 0;  ///< of volumes with the same key on the node
    std::uint64_t step = 0;       ///< use, coarsely
    std::uint32_t mates = 0;      ///< members of the same volume on the node
    std::uint64_t use = 0;        ///< of the disk; of a node, how many controllers it has
    std::string_view name;

    auto operator<=>(const Rank&) const = default;
};

struct Candidate {
    Rank rank;
    Inventory::Id node = 0;
    Inventory::Id disk = 0;  ///< of a member; else without meaning
};

/// The best candidate of each rack, looked for again only where something changed.
class Shortlist {
  public:
    using Find = std::function<std::optional<Candidate>(Inventory::Id rack)>;

    Shortlist(const Inventory& inventory, Find find)
        : inventory_(inventory), find_(std::move(find)), best_(inventory.racks().size()) {}

    /// The one by which the least is shared: nodes first, then sites, then racks; then rank
    /// decides.
    std::optional<Candidate> choose(const Spread& spread);
    /// Something in this rack changed, in all of them.
    void forget(Inventory::Id rack) { best_[rack].reset(); }
    void forget_all() { best_.assign(best_.size(), std::nullopt); }

  private:
    const Inventory& inventory_;
    Find find_;
    /// Outer: not looked for yet; inner: there is none.
    std::vector<std::optional<std::optional<Candidate>>> best_;
};

}  // namespace dnvme::plan::placement
