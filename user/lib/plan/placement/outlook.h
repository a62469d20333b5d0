// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "plan/placement/draft.h"

namespace dnvme::plan::placement {

/// What no two members of a leg are to share while room is kept for the legs to come.
enum class Unit { disk, node, rack, site };

/// Whether a request's legs will all find as many units as they have members. With r legs of m
/// members to come they do if, and only if, the sum over all units of min(members that fit, r) is
/// at least r * m.
class Outlook {
  public:
    Outlook(const Draft& draft, Unit unit);

    [[nodiscard]] bool enough(std::uint32_t legs) const;
    /// How many members of the next leg must go to units that have room for @p legs or more, so
    /// that enough(legs) is still true of those after it. Precondition: enough(legs).
    [[nodiscard]] std::uint64_t needed(std::uint32_t legs) const;
    [[nodiscard]] bool roomy(Inventory::Id disk, std::uint32_t legs) const;
    /// To be called around Draft::take().
    void before_take(Inventory::Id disk) { room_[unit_of(disk)] -= slices(disk); }
    void after_take(Inventory::Id disk) { room_[unit_of(disk)] += slices(disk); }

  private:
    [[nodiscard]] Inventory::Id unit_of(Inventory::Id disk) const;
    [[nodiscard]] std::size_t units() const;
    [[nodiscard]] std::uint64_t slices(Inventory::Id disk) const;
    [[nodiscard]] std::uint64_t sum(std::uint32_t legs) const;

    const Draft& draft_;
    Unit unit_;
    std::vector<std::uint64_t> room_;  ///< members that fit, by unit
};

}  // namespace dnvme::plan::placement
