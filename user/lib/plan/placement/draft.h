// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "plan/placement/inventory.h"
#include "plan/placement/request.h"
#include "plan/placement/shortlist.h"
#include "plan/placement/spread.h"

namespace dnvme::plan::placement {

/// The inventory as it will be with those members of a request that have a place already. Outlives
/// neither the inventory nor the request.
class Draft {
  public:
    using Id = Inventory::Id;
    using Allowed = std::function<bool(Id disk)>;

    Draft(const Inventory& inventory, const Request& request);

    [[nodiscard]] const Inventory& inventory() const { return inventory_; }
    [[nodiscard]] const Request& request() const { return request_; }
    /// Its node is usable, and the request's labels let it in.
    [[nodiscard]] bool matches(Id disk) const;
    /// Matches, and one more member fits.
    [[nodiscard]] bool fits(Id disk) const;
    [[nodiscard]] const FreeSpace& space(Id disk) const;
    /// The best disk of a rack for another member of a leg; @p allowed, if any, says which may be.
    [[nodiscard]] std::optional<Candidate> best_in(Id rack, const Spread& leg,
                                                   const Allowed& allowed) const;

    /// Takes room for one member, returns where it begins. Precondition: fits(disk).
    std::uint64_t take(Id disk);
    void give_back(Id disk, std::uint64_t begin);

    /// What is asked of a disk, " with 12 GiB free in one piece where rack!=7".
    [[nodiscard]] std::string wanted() const;

  private:
    [[nodiscard]] bool may_hold(Id disk, const Spread& leg) const;
    [[nodiscard]] Rank rank(Id disk, const Spread& leg) const;

    const Inventory& inventory_;
    const Request& request_;
    const Inventory::Counts& conflicts_;
    enum class Match : std::uint8_t { unknown, no, yes };
    mutable std::vector<Match> matches_;  ///< by disk, as far as it was asked for
    std::unordered_map<Id, FreeSpace> changed_;
    Inventory::Counts members_on_;
};

}  // namespace dnvme::plan::placement
