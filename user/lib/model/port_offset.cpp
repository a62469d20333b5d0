// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "model/controllers.h"
#include "model/layout.h"
#include "model/names.h"

namespace dnvme::model {
namespace {

/// Of its controllers and of its members that are exported.
void add_offsets(const v1::Volume& volume, std::set<std::uint32_t>& taken) {
    for (const v1::Controller& controller : controllers_of(volume))
        taken.insert(controller.port_offset());
    for (const v1::Leg& leg : volume.legs()) {
        for (const v1::LogicalDisk& member : leg.members()) {
            if (member.has_port_offset())
                taken.insert(member.port_offset());
        }
    }
}

std::uint32_t highest_portal(const Cluster& cluster) {
    std::uint32_t highest = 0;
    for (const auto& [name, node] : cluster.nodes) {
        for (const v1::Portal& portal : node.portals())
            highest = std::max(highest, portal.port());
    }
    return highest;
}

}  // namespace

Result<std::uint32_t> free_port_offset(const Cluster& cluster) {
    std::set<std::uint32_t> taken;
    for (const auto& [name, volume] : cluster.volumes)
        add_offsets(volume, taken);
    std::uint32_t offset = 0;
    while (taken.contains(offset))
        offset++;
    const std::uint32_t highest = highest_portal(cluster);
    if (offset > kMaxPortOffset || highest + offset > kMaxTcpPort)
        return fail(
            Code::no_space,
            fmt::format(
                "no TCP port is free for another controller or logical disk: {} have theirs "
                "from port {} on; delete a volume first",
                taken.size(), highest));
    return offset;
}

}  // namespace dnvme::model
