// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plan/placement/draft.h"
#include "plan/placement/outlook.h"
#include "plan/placement/place.h"
#include "plan/placement/shortlist.h"
#include "plan/placement/spread.h"

namespace dnvme::plan::placement {

/// Places the legs of a request one after the other, each spread as far as what the earlier ones
/// left allows. Outlives neither the inventory nor the request.
class Attempt {
  public:
    /// With @p keep, a leg leaves room for the later ones to find as many of these units as they
    /// have members, even if it is itself spread less.
    Attempt(const Inventory& inventory, const Request& request, std::optional<Unit> keep = {});
    Attempt(const Attempt&) = delete;
    Attempt& operator=(const Attempt&) = delete;

    /// False: the leg after those of legs() has no room beside them; with keep, no such room can
    /// be kept.
    bool run();

    [[nodiscard]] const Draft& draft() const { return draft_; }
    [[nodiscard]] const std::vector<Leg>& legs() const { return legs_; }
    /// Of all legs together.
    [[nodiscard]] const Spread::Pairs& pairs() const { return pairs_; }
    /// Whether some leg came out worse than the first.
    [[nodiscard]] bool uneven() const { return uneven_; }

  private:
    bool place_leg();
    void undo(const Leg& leg);
    bool place_member(Leg& leg);
    /// Whether all members to come must be where there is room for later legs, too.
    [[nodiscard]] bool must_be_roomy(const Leg& leg) const;
    void restrict_to_roomy(bool restricted);
    [[nodiscard]] std::string wanted() const;
    void take(const Candidate& chosen, Leg& leg);
    void finish(Leg leg);
    void forget_leg();

    Draft draft_;
    Spread spread_;
    Shortlist shortlist_;
    std::optional<Outlook> outlook_;
    std::uint32_t legs_left_;
    std::uint64_t roomy_needed_ = 0;
    bool restricted_ = false;
    std::vector<Leg> legs_;
    Spread::Pairs pairs_;
    Spread::Pairs first_;
    bool uneven_ = false;
};

}  // namespace dnvme::plan::placement
