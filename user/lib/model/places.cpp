// SPDX-License-Identifier: Apache-2.0
#include "model/places.h"

#include <algorithm>

#include <fmt/format.h>

#include "model/controllers.h"
#include "model/layout.h"

namespace dnvme::model {
namespace {

/// How many members each node has.
std::map<std::string, int> members_by_node(const Places& places, const v1::Volume& volume) {
    std::map<std::string, int> members;
    for (const v1::Leg& leg : volume.legs()) {
        for (const v1::LogicalDisk& member : leg.members())
            members[places.node_of(member)]++;
    }
    return members;
}

/// Whether any member needs the network.
bool spans_nodes(const Places& places, const v1::Volume& volume) {
    return places.nodes_of(volume).size() > 1;
}

}  // namespace

Places::Places(const Cluster& cluster) {
    for (const auto& [name, disk] : cluster.disks)
        disks_[disk.uuid()] = &disk;
}

const v1::Disk* Places::disk(const std::string& uuid) const {
    const auto found = disks_.find(uuid);
    return found == disks_.end() ? nullptr : found->second;
}

std::string Places::node_of(const v1::LogicalDisk& member) const {
    const v1::Disk* found = disk(member.disk_uuid());
    return found == nullptr ? "" : found->node();
}

std::string Places::first_node_of(const v1::Volume& volume) const {
    if (!volume.node().empty() || volume.legs().empty() || volume.legs(0).members().empty())
        return volume.node();
    return node_of(volume.legs(0).members(0));
}

std::string Places::node_of(const v1::Volume& volume, std::uint32_t controller) const {
    if (!has_controller(volume, controller))
        return "";
    const std::string node = controllers_of(volume).at(controller).node();
    return node.empty() ? first_node_of(volume) : node;
}

bool Places::has_controller_on(const v1::Volume& volume, const std::string& node) const {
    for (std::uint32_t number = 0; has_controller(volume, number); number++) {
        if (node_of(volume, number) == node)
            return true;
    }
    return false;
}

bool Places::is_served_by(const v1::Volume& volume, const std::string& node) const {
    const std::string home = node_of(volume);
    return home.empty() || home == node;
}

std::set<std::string> Places::nodes_of(const v1::Volume& volume) const {
    std::set<std::string> nodes;
    for (std::uint32_t number = 0; has_controller(volume, number); number++)
        nodes.insert(node_of(volume, number));
    for (const v1::Leg& leg : volume.legs()) {
        for (const v1::LogicalDisk& member : leg.members())
            nodes.insert(node_of(member));
    }
    nodes.erase("");
    return nodes;
}

bool Places::takes_part(const v1::Volume& volume, const std::string& node) const {
    const auto nodes = nodes_of(volume);
    return nodes.empty() || nodes.contains(node);
}

bool Places::is_shared(const v1::Volume& volume, const v1::LogicalDisk& member) const {
    for (std::uint32_t number = 0; has_controller(volume, number); number++) {
        if (node_of(volume, number) != node_of(member))
            return true;
    }
    return false;
}

std::set<std::string> Places::remote_members(const v1::Volume& volume) const {
    std::set<std::string> uuids;
    for (const v1::Leg& leg : volume.legs()) {
        for (const v1::LogicalDisk& member : leg.members()) {
            if (node_of(volume) != node_of(member))
                uuids.insert(member.uuid());
        }
    }
    return uuids;
}

std::string busiest_node(const Places& places, const v1::Volume& volume) {
    std::string busiest;
    const auto members = members_by_node(places, volume);
    for (const auto& [node, count] : members) {
        if (busiest.empty() || count > members.at(busiest))
            busiest = node;
    }
    return busiest;
}

Result<std::vector<std::string>> standby_nodes(const Cluster& cluster, const v1::Volume& volume,
                                               const std::string& node, std::uint32_t count) {
    if (cluster.nodes.size() <= 1)
        return std::vector<std::string>();
    auto members = members_by_node(Places(cluster), volume);
    std::vector<std::string> others;
    for (const auto& [name, record] : cluster.nodes) {
        if (name != node)
            others.push_back(name);
    }
    std::stable_sort(others.begin(), others.end(),
                     [&](const auto& a, const auto& b) { return members[a] > members[b]; });
    if (others.size() < count)
        return fail(Code::precondition,
                    fmt::format("{} standbys need {} nodes, and the cluster has {}: each is on a "
                                "node of its own",
                                count, count + 1, cluster.nodes.size()));
    others.resize(count);
    return others;
}

Status settle(Cluster cluster, v1::Volume& volume, const std::string& node) {
    const Places places(cluster);
    // Only a record that has to say it does: older daemons can read the others.
    volume.set_node(node);
    if (!spans_nodes(places, volume))
        volume.clear_node();
    for (v1::Leg& leg : *volume.mutable_legs()) {
        for (v1::LogicalDisk& member : *leg.mutable_members()) {
            if (!places.is_shared(volume, member) || member.has_port_offset())
                continue;
            cluster.volumes[volume.name()] = volume;
            const auto offset = free_port_offset(cluster);
            if (!offset)
                return pass(offset.error());
            member.set_port_offset(*offset);
        }
    }
    return {};
}

}  // namespace dnvme::model
