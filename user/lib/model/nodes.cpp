// SPDX-License-Identifier: Apache-2.0
#include "model/nodes.h"

namespace dnvme::model {

VolumeNodes::VolumeNodes(const Cluster& cluster) {
    for (const auto& [name, disk] : cluster.disks)
        nodes_[disk.uuid()] = disk.node();
}

/// Of each member whose disk is known, in the order of legs and members.
std::vector<std::string> VolumeNodes::of_members(const v1::Volume& volume) const {
    std::vector<std::string> found;
    for (const v1::Leg& leg : volume.legs()) {
        for (const v1::LogicalDisk& member : leg.members()) {
            if (const auto node = nodes_.find(member.disk_uuid()); node != nodes_.end())
                found.push_back(node->second);
        }
    }
    return found;
}

std::set<std::string> VolumeNodes::of(const v1::Volume& volume) const {
    const auto nodes = of_members(volume);
    std::set<std::string> found{nodes.begin(), nodes.end()};
    if (!volume.node().empty())
        found.insert(volume.node());
    return found;
}

std::string VolumeNodes::home(const v1::Volume& volume) const {
    if (!volume.node().empty())
        return volume.node();
    const auto nodes = of_members(volume);
    return nodes.empty() ? "" : nodes.front();
}

bool VolumeNodes::takes_part(const v1::Volume& volume, const std::string& node) const {
    const auto nodes = of(volume);
    return nodes.empty() || nodes.contains(node);
}

}  // namespace dnvme::model
