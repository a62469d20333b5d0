// SPDX-License-Identifier: Apache-2.0
#include "plan/placement/pinned.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/size.h"
#include "plan/placement/draft.h"
#include "plan/placement/spread.h"

namespace dnvme::plan::placement {
namespace {

using Id = Inventory::Id;

Status check_usable(const Node& node, const Selector& selector, const Labels& of_disk = {}) {
    if (!node.usable)
        return fail(Code::invalid, fmt::format("node {} takes nothing new now", node.name));
    if (selector.matches(node.name, node.labels, of_disk))
        return {};
    return fail(Code::invalid,
                fmt::format("{}node {} does not match {}", of_disk.empty() ? "" : "it and its ",
                            node.name, selector.text()));
}

/// By hand means that somebody had a reason.
std::optional<Sharing> chosen_by_hand(std::optional<Sharing> sharing) {
    if (sharing)
        sharing->reason = sharing->reason.substr(0, sharing->reason.find(':')) + ": chosen by hand";
    return sharing;
}

/// One leg at a time.
class Disks {
  public:
    Disks(const Inventory& inventory, const Request& request)
        : inventory_(inventory), request_(request), draft_(inventory, request) {}

    /// @p number counts from 0, as members do.
    Result<Leg> verify(std::size_t number, const std::vector<std::string>& names);

  private:
    Result<Member> verify(const std::string& name, const Leg& leg);
    Status check_alone(Id disk, const Leg& leg) const;
    Status check_room(Id disk) const;
    [[nodiscard]] std::optional<Sharing> sharing(Id node, const Leg& leg) const;

    const Inventory& inventory_;
    const Request& request_;
    Draft draft_;
};

Status Disks::check_alone(Id disk, const Leg& leg) const {
    const Inventory::DiskEntry& entry = inventory_.disks()[disk];
    const std::string& node = inventory_.nodes()[entry.node].node.name;
    for (std::size_t i = 0; i < leg.members.size(); i++) {
        if (leg.members[i].disk == entry.name)
            return fail(Code::invalid, fmt::format("it has member {} of this leg", i));
        if (leg.members[i].node == node && !request_.share_nodes)
            return fail(Code::invalid, fmt::format("its node {} has member {} of this leg, on {}",
                                                   node, i, leg.members[i].disk));
    }
    return {};
}

Status Disks::check_room(Id disk) const {
    if (draft_.fits(disk))
        return {};
    return fail(Code::no_space, fmt::format("it has {} free in one piece of the {} that are needed",
                                            format_size(draft_.space(disk).largest()),
                                            format_size(request_.member_bytes)));
}

std::optional<Sharing> Disks::sharing(Id node, const Leg& leg) const {
    Spread spread(inventory_);
    for (const Member& member : leg.members)
        spread.add(inventory_.find_node(member.node).value());
    return chosen_by_hand(spread.sharing(node, ""));
}

Result<Member> Disks::verify(const std::string& name, const Leg& leg) {
    const auto disk = inventory_.find_disk(name);
    if (!disk)
        return fail(Code::not_found, "it does not exist");
    const Id id = inventory_.disks()[*disk].node;
    const Node& node = inventory_.nodes()[id].node;
    Status status = check_usable(node, request_.members_on, inventory_.disks()[*disk].labels);
    if (status)
        status = check_alone(*disk, leg);
    if (status)
        status = check_room(*disk);
    if (!status)
        return pass(status.error());
    return Member{.disk = name,
                  .node = node.name,
                  .offset_bytes = draft_.take(*disk),
                  .sharing = sharing(id, leg)};
}

Result<Leg> Disks::verify(std::size_t number, const std::vector<std::string>& names) {
    Leg leg;
    for (const std::string& name : names) {
        auto member = verify(name, leg);
        if (!member)
            return pass(member.error(),
                        fmt::format("member {}.{} on disk {}", number, leg.members.size(), name));
        leg.members.push_back(*std::move(member));
    }
    return leg;
}

Result<Id> verify_node(const Inventory& inventory, const Request& request, const std::string& name,
                       const Spread& spread) {
    const auto id = inventory.find_node(name);
    if (!id)
        return fail(Code::not_found, "it does not exist");
    if (Status status = check_usable(inventory.nodes()[*id].node, request.controllers_on); !status)
        return pass(status.error());
    const auto twin = std::find(spread.nodes().begin(), spread.nodes().end(), *id);
    if (twin != spread.nodes().end())
        return fail(Code::invalid,
                    fmt::format("it has controller {} already", twin - spread.nodes().begin()));
    return *id;
}

}  // namespace

Result<std::vector<Leg>> verify_disks(const Inventory& inventory, const Request& request) {
    Disks disks(inventory, request);
    std::vector<Leg> legs;
    for (const std::vector<std::string>& names : request.pinned_disks) {
        auto leg = disks.verify(legs.size(), names);
        if (!leg)
            return pass(leg.error());
        legs.push_back(*std::move(leg));
    }
    return legs;
}

Result<std::vector<Controller>> verify_nodes(const Inventory& inventory, const Request& request) {
    Spread spread(inventory);
    std::vector<Controller> controllers;
    for (const std::string& name : request.pinned_nodes) {
        const auto node = verify_node(inventory, request, name, spread);
        if (!node)
            return pass(node.error(),
                        fmt::format("controller {}, node {}", controllers.size(), name));
        controllers.push_back({.node = name,
                               .active = controllers.size() < request.actives,
                               .sharing = chosen_by_hand(spread.sharing(*node, ""))});
        spread.add(*node);
    }
    return controllers;
}

}  // namespace dnvme::plan::placement
