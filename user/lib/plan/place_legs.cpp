// SPDX-License-Identifier: Apache-2.0
#include "plan/place_legs.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/size.h"
#include "base/uuid.h"
#include "model/growth.h"
#include "plan/placement/place.h"

namespace dnvme::plan {
namespace {

using placement::Extent;
using placement::Inventory;

placement::Labels labels_of(const google::protobuf::Map<std::string, std::string>& labels) {
    return {labels.begin(), labels.end()};
}

Extent room_on(const v1::Disk& disk) {
    return {disk.data_offset_bytes(), std::max(disk.data_offset_bytes(), disk.size_bytes())};
}

/// Name of the disk by its uuid.
using Names = std::map<std::string, std::string>;

/// The slices on disks of @p names. Those of volumes being deleted still hold data.
std::vector<placement::Slice> slices_on(const model::Cluster& cluster, const Names& names) {
    std::vector<placement::Slice> slices;
    for (const auto& [name, volume] : cluster.volumes) {
        for (const v1::Leg& leg : volume.legs()) {
            for (const v1::LogicalDisk& member : leg.members()) {
                const auto disk = names.find(member.disk_uuid());
                if (disk == names.end())
                    continue;
                // One member counts once, however many slices it has.
                std::string key = volume.placement().anti_affinity();
                for (const model::Piece& piece : model::slices_of(member))
                    slices.push_back({.disk = disk->second,
                                      .extent = {piece.offset, piece.offset + piece.size},
                                      .anti_affinity = std::exchange(key, "")});
            }
        }
    }
    return slices;
}

Result<Inventory> take_stock(const model::Cluster& cluster) {
    Inventory inventory;
    for (const auto& [name, node] : cluster.nodes) {
        if (Status added = inventory.add(placement::Node{name, labels_of(node.labels())}); !added)
            return pass(added.error());
    }
    Names names;
    for (const auto& [name, disk] : cluster.disks) {
        names[disk.uuid()] = name;
        if (Status added = inventory.add(
                placement::Disk{name, disk.node(), room_on(disk), labels_of(disk.labels())});
            !added)
            return pass(added.error());
    }
    for (const placement::Slice& slice : slices_on(cluster, names)) {
        if (Status taken = inventory.take(slice); !taken)
            return pass(taken.error());
    }
    return inventory;
}

placement::Redundancy kind_of(v1::Redundancy redundancy) {
    switch (redundancy) {
        case v1::REDUNDANCY_RAID1:
            return placement::Redundancy::raid1;
        case v1::REDUNDANCY_RAID5:
            return placement::Redundancy::raid5;
        case v1::REDUNDANCY_RAID6:
            return placement::Redundancy::raid6;
        case v1::REDUNDANCY_RAID10:
            return placement::Redundancy::raid10;
        default:
            return placement::Redundancy::none;
    }
}

Result<placement::Request> make_request(const LegsWanted& wanted) {
    const auto selector =
        placement::Selector::parse({wanted.rules.rules().begin(), wanted.rules.rules().end()});
    if (!selector)
        return pass(selector.error());
    placement::Request request;
    request.legs = wanted.legs;
    request.redundancy = kind_of(wanted.shape.redundancy);
    request.members = wanted.shape.members;
    request.member_bytes = wanted.layout.member;
    request.members_on = *selector;
    request.anti_affinity = wanted.rules.anti_affinity();
    request.share_nodes = true;
    request.pinned_disks = wanted.pins;
    return request;
}

v1::Leg make_leg(const model::Cluster& cluster, const model::LegLayout& layout,
                 const placement::Leg& placed) {
    v1::Leg leg;
    leg.set_uuid(make_uuid());
    leg.set_epoch(1);
    leg.set_size_bytes(layout.size);
    leg.set_pool_metadata_bytes(layout.pool_metadata);
    leg.set_pool_block_bytes(layout.pool_block);
    for (const placement::Member& place : placed.members) {
        v1::LogicalDisk* member = leg.add_members();
        member->set_uuid(make_uuid());
        member->set_disk_uuid(cluster.disks.at(place.disk).uuid());
        member->set_offset_bytes(place.offset_bytes);
        member->set_size_bytes(layout.member);
        member->set_sync(v1::LogicalDisk::IN_SYNC);
    }
    return leg;
}

void add_notes(std::size_t leg, const placement::Leg& placed, std::vector<std::string>& notes) {
    for (std::size_t i = 0; i < placed.members.size(); i++) {
        const placement::Member& member = placed.members[i];
        notes.push_back(fmt::format("member {}.{} goes to disk {} of node {}, from {} on{}", leg, i,
                                    member.disk, member.node, format_size(member.offset_bytes),
                                    member.sharing ? "; " + member.sharing->reason : ""));
    }
}

tl::unexpected<Error> bad_pin(const Pin& pin, const std::string& why) {
    return fail(Code::invalid,
                fmt::format("place {}.{}={}: {}", pin.leg, pin.member, pin.disk, why));
}

}  // namespace

Result<Pins> make_pins(const std::vector<Pin>& pins, std::uint32_t legs, std::uint32_t members) {
    if (pins.empty())
        return Pins();
    Pins disks(legs, std::vector<std::string>(members));
    for (const Pin& pin : pins) {
        if (pin.leg >= legs || pin.member >= members)
            return bad_pin(pin,
                           fmt::format("there is no such member: legs are 0 to {}, members 0 to {}",
                                       legs - 1, members - 1));
        std::string& disk = disks[pin.leg][pin.member];
        if (!disk.empty() || pin.disk.empty())
            return bad_pin(pin, "a member has one disk");
        disk = pin.disk;
    }
    if (pins.size() != std::size_t{legs} * members)
        return fail(Code::invalid,
                    fmt::format("{} of {} members were given a place by hand: name the disks of "
                                "all or of none",
                                pins.size(), legs * members));
    return disks;
}

Result<PlacedLegs> place_legs(const model::Cluster& cluster, const LegsWanted& wanted) {
    const auto request = make_request(wanted);
    if (!request)
        return pass(request.error());
    const auto inventory = take_stock(cluster);
    if (!inventory)
        return pass(inventory.error());
    const auto placed = placement::place(*inventory, *request);
    if (!placed)
        return pass(placed.error());
    PlacedLegs result;
    for (const placement::Leg& leg : placed->legs) {
        add_notes(result.legs.size(), leg, result.notes);
        result.legs.push_back(make_leg(cluster, wanted.layout, leg));
    }
    return result;
}

placement::FreeSpace free_space(const model::Cluster& cluster, const v1::Disk& disk) {
    placement::FreeSpace space(room_on(disk));
    for (const placement::Slice& slice : slices_on(cluster, {{disk.uuid(), disk.name()}}))
        (void)space.take(slice.extent);
    return space;
}

std::uint64_t free_bytes(const model::Cluster& cluster, const v1::Disk& disk) {
    return free_space(cluster, disk).total();
}

}  // namespace dnvme::plan
