// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plan/placement/place.h"

namespace dnvme::plan::placement {

/// How the members of one leg, or the controllers of one volume, lie over the domains. Does not
/// outlive the inventory.
class Spread {
  public:
    using Id = Inventory::Id;

    explicit Spread(const Inventory& inventory)
        : inventory_(&inventory),
          in_site_(inventory.sites().size()),
          in_rack_(inventory.racks().size()) {}

    /// @p disk: of a member.
    void add(Id node, std::optional<Id> disk = {});
    void clear();

    [[nodiscard]] std::uint32_t in_site(Id site) const { return in_site_[site]; }
    [[nodiscard]] std::uint32_t in_rack(Id rack) const { return in_rack_[rack]; }
    [[nodiscard]] std::uint32_t on_node(Id node) const;
    [[nodiscard]] bool uses(Id disk) const;
    /// In the order in which they were added.
    [[nodiscard]] const std::vector<Id>& nodes() const { return nodes_; }
    /// Pairs that share a domain, those that matter most first.
    struct Pairs {
        std::uint64_t node = 0;
        std::uint64_t site = 0;
        std::uint64_t rack = 0;

        auto operator<=>(const Pairs&) const = default;
    };
    [[nodiscard]] const Pairs& pairs() const { return pairs_; }

    /// What one more on @p node would share; nothing about domains without a label. @p wanted: what
    /// was asked of a domain, " with 12 GiB free in one piece".
    [[nodiscard]] std::optional<Sharing> sharing(Id node, const std::string& wanted) const;

  private:
    [[nodiscard]] std::optional<Id> first_in(Domain domain, Id node) const;

    const Inventory* inventory_;
    std::vector<std::uint32_t> in_site_;
    std::vector<std::uint32_t> in_rack_;
    std::vector<Id> nodes_;
    std::vector<Id> disks_;
    Pairs pairs_;
};

}  // namespace dnvme::plan::placement
