// SPDX-License-Identifier: Apache-2.0
#include "model/places.h"

#include "model/layout.h"

namespace dnvme::model {
namespace {

/// The first by name of those that have most members.
std::string busiest_node(const Places& places, const v1::Volume& volume) {
    std::map<std::string, int> members;
    for (const v1::Leg& leg : volume.legs()) {
        for (const v1::LogicalDisk& member : leg.members())
            members[places.node_of(member)]++;
    }
    std::string busiest;
    for (const auto& [node, count] : members) {
        if (busiest.empty() || count > members[busiest])
            busiest = node;
    }
    return busiest;
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

std::string Places::node_of(const v1::Volume& volume) const {
    if (!volume.node().empty() || volume.legs().empty() || volume.legs(0).members().empty())
        return volume.node();
    return node_of(volume.legs(0).members(0));
}

bool Places::is_served_by(const v1::Volume& volume, const std::string& node) const {
    const std::string home = node_of(volume);
    return home.empty() || home == node;
}

std::set<std::string> Places::nodes_of(const v1::Volume& volume) const {
    std::set<std::string> nodes{node_of(volume)};
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

bool Places::is_remote(const v1::Volume& volume, const v1::LogicalDisk& member) const {
    return node_of(member) != node_of(volume);
}

std::set<std::string> Places::remote_members(const v1::Volume& volume) const {
    std::set<std::string> uuids;
    for (const v1::Leg& leg : volume.legs()) {
        for (const v1::LogicalDisk& member : leg.members()) {
            if (is_remote(volume, member))
                uuids.insert(member.uuid());
        }
    }
    return uuids;
}

Status settle(Cluster cluster, v1::Volume& volume, const std::string& wanted) {
    const Places places(cluster);
    const std::string node = wanted.empty() ? busiest_node(places, volume) : wanted;
    // Only a record that has to say it does: older daemons can read the others.
    volume.set_node(node);
    if (places.remote_members(volume).empty())
        volume.clear_node();
    for (v1::Leg& leg : *volume.mutable_legs()) {
        for (v1::LogicalDisk& member : *leg.mutable_members()) {
            if (!places.is_remote(volume, member) || member.has_port_offset())
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
