// SPDX-License-Identifier: Apache-2.0
#include "plan/placement/spread.h"

#include <algorithm>

#include <fmt/format.h>

namespace dnvme::plan::placement {
namespace {

/// "rack=7 of site=a"; empty if the domain is not known.
std::string name_of(const Inventory& inventory, Domain domain, Inventory::Id node) {
    const Inventory::NodeEntry& entry = inventory.nodes()[node];
    const std::string& site = inventory.sites()[entry.site].label;
    const std::string& rack = inventory.racks()[entry.rack].label;
    if (domain == Domain::node)
        return "the node";
    if (domain == Domain::site)
        return site.empty() ? "" : "site=" + site;
    if (rack.empty())
        return "";
    return "rack=" + rack + (site.empty() ? "" : " of site=" + site);
}

/// "every rack of site=a with 12 GiB free in one piece is used already".
std::string reason_of(const Inventory& inventory, Domain domain, Inventory::Id node,
                      const std::string& wanted) {
    const char* each = domain == Domain::node ? "node" : domain == Domain::rack ? "rack" : "site";
    const std::string site = name_of(inventory, Domain::site, node);
    const bool within = domain == Domain::rack && !site.empty();
    return fmt::format("every {}{}{} is used already", each, within ? " of " + site : "", wanted);
}

}  // namespace

void Spread::add(Id node, std::optional<Id> disk) {
    const Inventory::NodeEntry& entry = inventory_->nodes()[node];
    pairs_.site += in_site_[entry.site]++;
    pairs_.rack += in_rack_[entry.rack]++;
    pairs_.node += on_node(node);
    nodes_.push_back(node);
    if (disk)
        disks_.push_back(*disk);
}

void Spread::clear() {
    for (const Id node : nodes_) {
        in_site_[inventory_->nodes()[node].site] = 0;
        in_rack_[inventory_->nodes()[node].rack] = 0;
    }
    nodes_.clear();
    disks_.clear();
    pairs_ = {};
}

bool Spread::uses(Id disk) const {
    return std::find(disks_.begin(), disks_.end(), disk) != disks_.end();
}

std::uint32_t Spread::on_node(Id node) const {
    return static_cast<std::uint32_t>(std::count(nodes_.begin(), nodes_.end(), node));
}

std::optional<Spread::Id> Spread::first_in(Domain domain, Id node) const {
    const Inventory::NodeEntry& entry = inventory_->nodes()[node];
    const auto found = std::find_if(nodes_.begin(), nodes_.end(), [&](Id other) {
        const Inventory::NodeEntry& there = inventory_->nodes()[other];
        return domain == Domain::node   ? other == node
               : domain == Domain::rack ? there.rack == entry.rack
                                        : there.site == entry.site;
    });
    return found == nodes_.end() ? std::nullopt : std::optional(*found);
}

std::optional<Sharing> Spread::sharing(Id node, const std::string& wanted) const {
    for (const Domain domain : {Domain::node, Domain::rack, Domain::site}) {
        const auto with = first_in(domain, node);
        const std::string name = name_of(*inventory_, domain, node);
        if (!with || name.empty())
            continue;
        const std::string& other = inventory_->nodes()[*with].node.name;
        return Sharing{.domain = domain,
                       .with = other,
                       .reason = fmt::format("shares {} with {}: {}", name, other,
                                             reason_of(*inventory_, domain, node, wanted))};
    }
    return std::nullopt;
}

}  // namespace dnvme::plan::placement
