// SPDX-License-Identifier: Apache-2.0
#include "plan/placement/inventory.h"

#include <fmt/format.h>

#include "base/size.h"

namespace dnvme::plan::placement {
namespace {

// 128 bits hold the product of any size and 2^32.
__extension__ using Wide = unsigned __int128;

std::string label_of(const Node& node, const std::string& key) {
    const auto label = node.labels.find(key);
    return label == node.labels.end() ? "" : label->second;
}

tl::unexpected<Error> no_such(const char* what, const std::string& name) {
    return fail(Code::not_found, fmt::format("{} '{}' does not exist", what, name));
}

tl::unexpected<Error> there_is(const char* what, const std::string& name) {
    return fail(Code::exists, fmt::format("{} '{}' is there already", what, name));
}

tl::unexpected<Error> not_as_told(const Slice& slice, const char* state) {
    return fail(Code::conflict, fmt::format("disk '{}' has {} at {} not {}", slice.disk,
                                            format_size(slice.extent.size()),
                                            format_size(slice.extent.begin), state));
}

template <class Map>
std::optional<Inventory::Id> find(const Map& ids, const typename Map::key_type& key) {
    const auto found = ids.find(key);
    return found == ids.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

Inventory::Use Inventory::use_of(const FreeSpace& space) {
    if (space.capacity() == 0)
        return kFull;
    const Wide used = space.capacity() - space.total();
    return static_cast<Use>(used * kFull / space.capacity());
}

Inventory::Id Inventory::site_of(const std::string& label) {
    const auto [site, added] = site_ids_.try_emplace(label, static_cast<Id>(sites_.size()));
    if (added)
        sites_.push_back({label});
    return site->second;
}

Inventory::Id Inventory::rack_of(Id site, const std::string& label) {
    const auto [rack, added] = rack_ids_.try_emplace({site, label}, static_cast<Id>(racks_.size()));
    if (added)
        racks_.push_back({.site = site, .label = label, .disks = {}, .nodes = {}});
    return rack->second;
}

Status Inventory::add(const Node& node) {
    const auto id = static_cast<Id>(nodes_.size());
    if (!node_ids_.try_emplace(node.name, id).second)
        return there_is("node", node.name);
    const Id site = site_of(label_of(node, "site"));
    const Id rack = rack_of(site, label_of(node, "rack"));
    nodes_.push_back({.node = node, .site = site, .rack = rack, .disks = {}, .controllers = 0});
    racks_[rack].nodes.insert({0, node.name, id});
    return {};
}

Status Inventory::add(const Disk& disk) {
    const auto node = find_node(disk.node);
    if (!node)
        return no_such("node", disk.node);
    const auto id = static_cast<Id>(disks_.size());
    if (!disk_ids_.try_emplace(disk.name, id).second)
        return there_is("disk", disk.name);
    disks_.push_back(
        {.name = disk.name, .node = *node, .space = FreeSpace(disk.room), .labels = disk.labels});
    nodes_[*node].disks.push_back(id);
    racks_[nodes_[*node].rack].disks.insert({use_of(disks_[id].space), disk.name, id});
    return {};
}

Status Inventory::set_usable(const std::string& node, bool usable) {
    const auto id = find_node(node);
    if (!id)
        return no_such("node", node);
    nodes_[*id].node.usable = usable;
    return {};
}

template <class Change>
bool Inventory::change_space(Id disk, Change change) {
    DiskEntry& entry = disks_[disk];
    const Use before = use_of(entry.space);
    if (!change(entry.space))
        return false;
    std::set<Ranked>& order = racks_[nodes_[entry.node].rack].disks;
    auto place = order.extract({before, entry.name, disk});
    place.value().use = use_of(entry.space);
    order.insert(std::move(place));
    return true;
}

Status Inventory::take(const Slice& slice) {
    const auto disk = find_disk(slice.disk);
    if (!disk)
        return no_such("disk", slice.disk);
    if (!change_space(*disk, [&](FreeSpace& space) { return space.take(slice.extent); }))
        return not_as_told(slice, "free");
    count(slice.anti_affinity, disks_[*disk].node);
    return {};
}

Status Inventory::give_back(const Slice& slice) {
    const auto disk = find_disk(slice.disk);
    if (!disk)
        return no_such("disk", slice.disk);
    if (!change_space(*disk, [&](FreeSpace& space) { return space.give_back(slice.extent); }))
        return not_as_told(slice, "taken");
    uncount(slice.anti_affinity, disks_[*disk].node);
    return {};
}

void Inventory::change_controllers(Id node, std::uint32_t controllers) {
    NodeEntry& entry = nodes_[node];
    std::set<Ranked>& order = racks_[entry.rack].nodes;
    auto place = order.extract({entry.controllers, entry.node.name, node});
    place.value().use = controllers;
    order.insert(std::move(place));
    entry.controllers = controllers;
}

Status Inventory::add_controller(const std::string& node, const std::string& anti_affinity) {
    const auto id = find_node(node);
    if (!id)
        return no_such("node", node);
    change_controllers(*id, nodes_[*id].controllers + 1);
    count(anti_affinity, *id);
    return {};
}

Status Inventory::remove_controller(const std::string& node, const std::string& anti_affinity) {
    const auto id = find_node(node);
    if (!id)
        return no_such("node", node);
    if (nodes_[*id].controllers == 0)
        return fail(Code::conflict, fmt::format("node '{}' has no controller", node));
    change_controllers(*id, nodes_[*id].controllers - 1);
    uncount(anti_affinity, *id);
    return {};
}

void Inventory::count(const std::string& anti_affinity, Id node) {
    if (!anti_affinity.empty())
        counts_[anti_affinity][node]++;
}

void Inventory::uncount(const std::string& anti_affinity, Id node) {
    const auto counts = counts_.find(anti_affinity);
    if (counts == counts_.end())
        return;
    const auto there = counts->second.find(node);
    if (there != counts->second.end() && --there->second == 0)
        counts->second.erase(there);
    if (counts->second.empty())
        counts_.erase(counts);
}

std::optional<Inventory::Id> Inventory::find_node(const std::string& name) const {
    return find(node_ids_, name);
}

std::optional<Inventory::Id> Inventory::find_disk(const std::string& name) const {
    return find(disk_ids_, name);
}

const Inventory::Counts& Inventory::counts(const std::string& anti_affinity) const {
    static const Counts none;
    const auto found = counts_.find(anti_affinity);
    return found == counts_.end() ? none : found->second;
}

}  // namespace dnvme::plan::placement
