// SPDX-License-Identifier: Apache-2.0
#include "plan/reach.h"

#include <algorithm>

#include <fmt/format.h>

#include "model/handover.h"
#include "model/layout.h"
#include "model/names.h"
#include "plan/parts.h"
#include "plan/references.h"

namespace dnvme::plan {

using model::dm_uuid;
using model::DmKind;

Reach::Reach(const model::Cluster& cluster, const std::set<std::string>& disks, std::string node,
             const KernelState& actual)
    : places_(cluster), found_(disks), node_(std::move(node)), actual_(actual) {
    if (const auto self = cluster.nodes.find(node_); self != cluster.nodes.end())
        node_nqn_ = model::node_nqn(self->second.uuid());
    for (const auto& [name, volume] : cluster.volumes) {
        for (const v1::Leg& leg : volume.legs()) {
            for (const v1::LogicalDisk& member : leg.members()) {
                if (!model::is_fenced_off(volume, member))
                    unfenced_.insert(member.uuid());
            }
        }
    }
}

std::string Reach::where(const v1::LogicalDisk& member) const {
    const v1::Disk* disk = places_.disk(member.disk_uuid());
    return disk == nullptr
               ? fmt::format("disk {}, which the store does not know", member.disk_uuid())
               : fmt::format("disk {} on node {}", disk->name(), disk->node());
}

bool Reach::is_connected(const v1::LogicalDisk& member) const {
    const auto there = actual_.connections.find(model::logical_disk_nqn(member.uuid()));
    return there != actual_.connections.end() && there->second.host_nqn == node_nqn_ &&
           there->second.live && !there->second.device.empty();
}

/// Nothing that stands on a member which is away can grow.
std::uint64_t Reach::size_there(const v1::LogicalDisk& member) const {
    const auto data = actual_.dm.find(dm_uuid(DmKind::rdata, member.uuid()));
    if (!is_there(member) && data != actual_.dm.end())
        return model::kRaidMetadata + (data->second.sectors() * model::kSector);
    const auto there = actual_.connections.find(model::logical_disk_nqn(member.uuid()));
    const bool seen = there != actual_.connections.end() && there->second.size_bytes != 0;
    return seen ? there->second.size_bytes : member.size_bytes();
}

std::string Reach::why_absent(const v1::LogicalDisk& member) const {
    const std::string node = places_.node_of(member);
    if (node.empty() || (node == node_ && !found_.contains(member.disk_uuid())))
        return where(member);
    if (unfenced_.contains(member.uuid()))
        return fmt::format("the receipt of {}", where(member));
    if (node != node_ && !is_connected(member))
        return fmt::format("a connection to {}", where(member));
    return "";
}

bool Reach::runs(const v1::Leg& leg) const {
    return actual_.dm.contains(dm_uuid(DmKind::raid, leg.uuid())) &&
           actual_.dm.contains(dm_uuid(DmKind::thin, leg.uuid()));
}

bool Reach::is_below(DmKind kind, const v1::Leg& leg, const v1::LogicalDisk& member) const {
    const auto device = actual_.dm.find(dm_uuid(kind, leg.uuid()));
    return device != actual_.dm.end() &&
           dm_devices_below(device->second).contains(dm_uuid(DmKind::rdata, member.uuid()));
}

bool Reach::has_gate(const v1::LogicalDisk& member, char state) const {
    const auto gates = member_gates(member);
    return std::any_of(gates.begin(), gates.end(), [&](const std::string& uuid) {
        const auto gate = actual_.dm.find(uuid);
        return gate != actual_.dm.end() && gate->second.leg == state;
    });
}

const RaidHealth* Reach::raid(const v1::Leg& leg) const {
    const auto array = actual_.dm.find(dm_uuid(DmKind::raid, leg.uuid()));
    const bool known = array != actual_.dm.end() && array->second.raid;
    return known ? &*array->second.raid : nullptr;
}

}  // namespace dnvme::plan
