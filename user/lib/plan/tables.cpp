// SPDX-License-Identifier: Apache-2.0
#include "plan/tables.h"

#include <fmt/format.h>
#include <linux/dm-dnvme.h>

#include "base/words.h"
#include "model/controllers.h"
#include "model/growth.h"
#include "model/handover.h"
#include "model/layout.h"
#include "model/names.h"
#include "plan/references.h"

namespace dnvme::plan {

using model::DmKind;
using model::kSector;

namespace {

/// A gate has one leg, so its chunk only has to be legal.
constexpr std::uint64_t kGateChunkSectors = 8;
/// Of a gate's table, in front of its options.
constexpr std::size_t kGateWords = 5;
/// The only thin volume of a pool.
constexpr int kThinId = 0;

DmDevice device(DmKind kind, const std::string& uuid, std::uint64_t bytes, std::string type,
                std::string params) {
    return {.uuid = model::dm_uuid(kind, uuid),
            .name = model::dm_name(kind, uuid),
            .table = {{.start_sectors = 0,
                       .length_sectors = bytes / kSector,
                       .type = std::move(type),
                       .params = std::move(params)}}};
}

std::string reference(DmKind kind, const std::string& uuid) {
    return dm_reference(model::dm_uuid(kind, uuid));
}

std::string linear(const std::string& below, std::uint64_t offset_bytes) {
    return fmt::format("{} {}", below, offset_bytes / kSector);
}

/// One piece of @p below after the other.
DmDevice linear_device(DmKind kind, const std::string& uuid, const std::string& below,
                       const std::vector<model::Piece>& pieces) {
    DmDevice made{
        .uuid = model::dm_uuid(kind, uuid), .name = model::dm_name(kind, uuid), .table = {}};
    std::uint64_t start = 0;
    for (const model::Piece& piece : pieces) {
        made.table.push_back({.start_sectors = start / kSector,
                              .length_sectors = piece.size / kSector,
                              .type = "linear",
                              .params = linear(below, piece.offset)});
        start += piece.size;
    }
    return made;
}

/// What the members together hold of data, in whole chunks each.
std::uint64_t raid_bytes(const v1::Leg& leg, v1::Redundancy redundancy) {
    return model::raid_bytes(
        leg.members(0).size_bytes(),
        {.redundancy = redundancy, .members = static_cast<std::uint32_t>(leg.members_size())});
}

/// dm-raid's name of the layout. Parity rotates over the members, so that all share its writes.
const char* raid_type(v1::Redundancy redundancy) {
    switch (redundancy) {
        case v1::REDUNDANCY_RAID5:
            return "raid5_ls";
        case v1::REDUNDANCY_RAID6:
            return "raid6_zr";
        case v1::REDUNDANCY_RAID10:
            return "raid10";
        default:
            return "raid1";
    }
}

/// <type> <#params> <chunk> [nosync] region_size <sectors> [raid10_copies 2 raid10_format near], in
/// the order in which dm-raid prints them.
std::string raid_head(const v1::Leg& leg, v1::Redundancy redundancy) {
    const bool pairs = redundancy == v1::REDUNDANCY_RAID10;
    const std::uint64_t chunk = model::has_stripes(redundancy) ? model::kRaidChunk / kSector : 0;
    return fmt::format("{} {} {} region_size {}{}", raid_type(redundancy), pairs ? 7 : 3, chunk,
                       model::raid_region(leg, redundancy) / kSector,
                       pairs ? " raid10_copies 2 raid10_format near" : "");
}

/// @p raid with words behind the chunk that normalise_params() leaves out.
DmDevice with_steering(DmDevice raid, const std::vector<std::string>& steering) {
    for (DmTarget& target : raid.table) {
        std::vector<std::string> words = split_words(target.params);
        words[1] = std::to_string(std::stoul(words[1]) + steering.size());
        words.insert(words.begin() + 3, steering.begin(), steering.end());
        target.params = join_words(words);
    }
    return raid;
}

/// <epoch> <chunk> 1 <device> <offset> 1 hold_on_error
std::string member_gate(const v1::Leg& leg, const std::string& below, std::uint64_t offset_bytes) {
    return fmt::format("{} {} 1 {} {} 1 {}", leg.epoch(), kGateChunkSectors, below,
                       offset_bytes / kSector, DNVME_OPT_HOLD_ON_ERROR);
}

/// Whole blocks, enough for every block of the thin volume.
std::uint64_t pool_data_bytes(const v1::Leg& leg) {
    return model::whole_blocks(leg.size_bytes(), leg.pool_block_bytes());
}

std::string base_reference(const v1::Leg& leg, v1::Redundancy redundancy,
                           const RemoteMembers& remote) {
    return model::has_raid(redundancy) ? reference(DmKind::raid, leg.uuid())
                                       : member_reference(leg.members(0), remote);
}

}  // namespace

std::string member_reference(const v1::LogicalDisk& member, const RemoteMembers& remote) {
    return remote.contains(member.uuid()) ? nvme_reference(member.uuid())
                                          : reference(DmKind::gate, member.uuid());
}

DmDevice ld_device(const v1::LogicalDisk& member) {
    return linear_device(DmKind::ld, member.uuid(), disk_reference(member.disk_uuid()),
                         model::slices_of(member));
}

DmDevice gate_device(const v1::Leg& leg, const v1::LogicalDisk& member, std::uint32_t drain_ms) {
    return device(DmKind::gate, member.uuid(), member.size_bytes(), "dnvme",
                  fmt::format("{} {} 1 {} 0 2 drain_ms {}", leg.epoch(), kGateChunkSectors,
                              reference(DmKind::ld, member.uuid()), drain_ms));
}

DmDevice rmeta_device(const v1::Leg& leg, const v1::LogicalDisk& member,
                      const RemoteMembers& remote) {
    return device(DmKind::rmeta, member.uuid(), model::kRaidMetadata, "dnvme",
                  member_gate(leg, member_reference(member, remote), 0));
}

DmDevice rdata_device(const v1::Leg& leg, const v1::LogicalDisk& member,
                      const RemoteMembers& remote) {
    return device(DmKind::rdata, member.uuid(), member.size_bytes() - model::kRaidMetadata, "dnvme",
                  member_gate(leg, member_reference(member, remote), model::kRaidMetadata));
}

DmDevice for_assembly(DmDevice gate) {
    for (DmTarget& target : gate.table) {
        std::vector<std::string> words = split_words(target.params);
        words.resize(kGateWords);
        words.emplace_back("0");
        target.params = join_words(words);
    }
    return gate;
}

DmDevice raid_device(const v1::Leg& leg, v1::Redundancy redundancy, const LeftOut& left_out) {
    std::string members;
    for (const v1::LogicalDisk& member : leg.members())
        members += left_out.contains(member.uuid())
                       ? " - -"
                       : fmt::format(" {} {}", reference(DmKind::rmeta, member.uuid()),
                                     reference(DmKind::rdata, member.uuid()));
    return device(DmKind::raid, leg.uuid(), raid_bytes(leg, redundancy), "raid",
                  fmt::format("{} {}{}", raid_head(leg, redundancy), leg.members_size(), members));
}

DmDevice without_member(DmDevice raid, const v1::LogicalDisk& member) {
    const std::set<std::string> parts = {reference(DmKind::rmeta, member.uuid()),
                                         reference(DmKind::rdata, member.uuid())};
    for (DmTarget& target : raid.table) {
        std::vector<std::string> words = split_words(target.params);
        for (std::string& word : words)
            word = parts.contains(word) ? "-" : word;
        target.params = join_words(words);
    }
    return raid;
}

DmDevice with_rebuild(DmDevice raid, const std::set<int>& indices) {
    std::vector<std::string> steering;
    for (const int index : indices) {
        steering.emplace_back("rebuild");
        steering.push_back(std::to_string(index));
    }
    return with_steering(std::move(raid), steering);
}

DmDevice for_first_assembly(DmDevice raid, v1::Redundancy redundancy) {
    return model::has_parity(redundancy) ? raid : with_steering(std::move(raid), {"nosync"});
}

DmDevice tmeta_device(const v1::Leg& leg, v1::Redundancy redundancy, const RemoteMembers& remote) {
    return linear_device(DmKind::tmeta, leg.uuid(), base_reference(leg, redundancy, remote),
                         model::pool_areas(leg).metadata);
}

DmDevice tdata_device(const v1::Leg& leg, v1::Redundancy redundancy, const RemoteMembers& remote) {
    return linear_device(DmKind::tdata, leg.uuid(), base_reference(leg, redundancy, remote),
                         model::pool_areas(leg).data);
}

DmDevice pool_device(const v1::Leg& leg) {
    return device(
        DmKind::pool, leg.uuid(), pool_data_bytes(leg), "thin-pool",
        fmt::format("{} {} {} 0 1 error_if_no_space", reference(DmKind::tmeta, leg.uuid()),
                    reference(DmKind::tdata, leg.uuid()), leg.pool_block_bytes() / kSector));
}

DmDevice thin_device(const v1::Leg& leg) {
    return device(DmKind::thin, leg.uuid(), leg.size_bytes(), "thin",
                  fmt::format("{} {}", reference(DmKind::pool, leg.uuid()), kThinId));
}

DmDevice lease_device(const v1::Leg& leg, const LeftOut& left_out) {
    std::string probed;
    int count = 0;
    for (const v1::LogicalDisk& member : leg.members()) {
        if (left_out.contains(member.uuid()))
            continue;
        probed += " " + reference(DmKind::rdata, member.uuid());
        count++;
    }
    return device(DmKind::leg, leg.uuid(), leg.size_bytes(), "dnvme",
                  fmt::format("{} {} 1 {} 0 {} {} {} {} {}{}", leg.epoch(), kGateChunkSectors,
                              reference(DmKind::thin, leg.uuid()), count + 4, DNVME_OPT_LEASE_MS,
                              model::kLeaseMs, DNVME_OPT_PROBE, count, probed));
}

DmDevice front_device(const v1::Volume& volume, std::uint32_t controller, std::uint32_t drain_ms) {
    const bool owner = controller == volume.owner();
    const DmKind below = model::has_lease(volume) ? DmKind::leg : DmKind::thin;
    std::string legs = fmt::format("{}", owner ? volume.legs_size() : 0);
    for (int i = 0; owner && i < volume.legs_size(); i++)
        legs += fmt::format(" {} 0", reference(below, volume.legs(i).uuid()));
    const std::string uuid = model::controllers_of(volume).at(controller).uuid();
    return device(DmKind::front, uuid, volume.size_bytes(), "dnvme",
                  fmt::format("{} {} {} 3 write_through drain_ms {}", volume.epoch(),
                              volume.chunk_bytes() / kSector, legs, drain_ms));
}

const char* raid_module(v1::Redundancy redundancy) {
    if (model::has_parity(redundancy))
        return "raid456";
    return redundancy == v1::REDUNDANCY_RAID10 ? "raid10" : "raid1";
}

std::vector<DmDevice> member_devices(const v1::Leg& leg, const v1::LogicalDisk& member,
                                     v1::Redundancy redundancy, const RemoteMembers& remote,
                                     std::uint32_t drain_ms) {
    std::vector<DmDevice> devices;
    if (!remote.contains(member.uuid())) {
        devices.push_back(ld_device(member));
        devices.push_back(gate_device(leg, member, drain_ms));
    }
    if (model::has_raid(redundancy)) {
        devices.push_back(rmeta_device(leg, member, remote));
        devices.push_back(rdata_device(leg, member, remote));
    }
    return devices;
}

std::vector<DmDevice> leg_devices(const v1::Leg& leg, v1::Redundancy redundancy,
                                  const RemoteMembers& remote, const LeftOut& left_out,
                                  std::uint32_t drain_ms) {
    std::vector<DmDevice> devices;
    for (const v1::LogicalDisk& member : leg.members()) {
        if (left_out.contains(member.uuid()))
            continue;
        for (DmDevice& part : member_devices(leg, member, redundancy, remote, drain_ms))
            devices.push_back(std::move(part));
    }
    if (model::has_raid(redundancy))
        devices.push_back(raid_device(leg, redundancy, left_out));
    devices.push_back(tmeta_device(leg, redundancy, remote));
    devices.push_back(tdata_device(leg, redundancy, remote));
    devices.push_back(pool_device(leg));
    devices.push_back(thin_device(leg));
    return devices;
}

std::uint64_t wiped_bytes(v1::Redundancy redundancy) {
    return (model::has_raid(redundancy) ? model::kRaidMetadata : 0) + model::kMiB;
}

}  // namespace dnvme::plan
