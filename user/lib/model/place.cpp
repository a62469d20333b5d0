// SPDX-License-Identifier: Apache-2.0
// Where the members of new legs go.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/size.h"
#include "base/uuid.h"
#include "model/layout.h"

namespace dnvme::model {
namespace {

struct Extent {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

/// What is free on one disk while legs are being placed.
struct Room {
    const v1::Disk* disk = nullptr;
    std::vector<Extent> gaps;  ///< whole MiB, sorted, none empty

    [[nodiscard]] std::uint64_t total() const {
        std::uint64_t sum = 0;
        for (const Extent& gap : gaps)
            sum += gap.end - gap.begin;
        return sum;
    }
    [[nodiscard]] bool fits(std::uint64_t size) const {
        return std::any_of(gaps.begin(), gaps.end(),
                           [&](const Extent& gap) { return gap.end - gap.begin >= size; });
    }
    /// Takes @p size bytes of the first gap that has them.
    std::uint64_t take(std::uint64_t size) {
        const auto gap = std::find_if(gaps.begin(), gaps.end(), [&](const Extent& candidate) {
            return candidate.end - candidate.begin >= size;
        });
        const std::uint64_t offset = gap->begin;
        gap->begin += size;
        if (gap->begin == gap->end)
            gaps.erase(gap);
        return offset;
    }
};

std::uint64_t down_to_mib(std::uint64_t bytes) {
    return bytes / kMiB * kMiB;
}

std::uint64_t up_to_mib(std::uint64_t bytes) {
    return down_to_mib(bytes + kMiB - 1);
}

/// Slices on a disk, sorted by offset. Those of volumes being deleted still hold data.
std::vector<Extent> slices_on(const Cluster& cluster, const v1::Disk& disk) {
    std::vector<Extent> slices;
    for (const auto& [name, volume] : cluster.volumes) {
        for (const v1::Leg& leg : volume.legs()) {
            for (const v1::LogicalDisk& member : leg.members()) {
                if (member.disk_uuid() == disk.uuid())
                    slices.push_back({down_to_mib(member.offset_bytes()),
                                      up_to_mib(member.offset_bytes() + member.size_bytes())});
            }
        }
    }
    std::sort(slices.begin(), slices.end(),
              [](const Extent& a, const Extent& b) { return a.begin < b.begin; });
    return slices;
}

Room room_on(const Cluster& cluster, const v1::Disk& disk) {
    Room room{.disk = &disk, .gaps = {}};
    std::uint64_t begin = up_to_mib(disk.data_offset_bytes());
    const std::uint64_t end = down_to_mib(disk.size_bytes());
    for (const Extent& slice : slices_on(cluster, disk)) {
        if (slice.begin > begin)
            room.gaps.push_back({begin, slice.begin});
        begin = std::max(begin, slice.end);
    }
    if (end > begin)
        room.gaps.push_back({begin, end});
    return room;
}

std::vector<Room> all_rooms(const Cluster& cluster) {
    std::vector<Room> rooms;
    for (const auto& [name, disk] : cluster.disks)
        rooms.push_back(room_on(cluster, disk));
    return rooms;
}

/// The emptiest disks that have a gap for @p size, as many as a leg has members; fewer if there are
/// no more. Disks that are equally empty come by name, so that the answer is always the same.
std::vector<Room*> choose(std::vector<Room>& rooms, std::uint64_t size, std::size_t members) {
    std::vector<Room*> fitting;
    for (Room& room : rooms) {
        if (room.fits(size))
            fitting.push_back(&room);
    }
    std::stable_sort(fitting.begin(), fitting.end(),
                     [](const Room* a, const Room* b) { return a->total() > b->total(); });
    fitting.resize(std::min(fitting.size(), members));
    return fitting;
}

v1::Leg make_leg(const LegLayout& layout, const std::vector<Room*>& chosen) {
    v1::Leg leg;
    leg.set_uuid(make_uuid());
    leg.set_epoch(1);
    leg.set_size_bytes(layout.size);
    leg.set_pool_metadata_bytes(layout.pool_metadata);
    leg.set_pool_block_bytes(layout.pool_block);
    for (Room* room : chosen) {
        v1::LogicalDisk* member = leg.add_members();
        member->set_uuid(make_uuid());
        member->set_disk_uuid(room->disk->uuid());
        member->set_offset_bytes(room->take(layout.member));
        member->set_size_bytes(layout.member);
        member->set_sync(v1::LogicalDisk::IN_SYNC);
    }
    return leg;
}

/// "leg 3 of 4 needs 10 GiB on each of 2 disks; free are 4 GiB on d1, 0 B on d2: ..."
tl::unexpected<Error> no_room(const Cluster& cluster, const LegLayout& layout, std::size_t placed,
                              std::uint32_t legs, std::uint32_t members) {
    std::vector<std::string> free;
    for (const auto& [name, disk] : cluster.disks)
        free.push_back(fmt::format("{} on {}", format_size(free_bytes(cluster, disk)), name));
    return fail(
        Code::no_space,
        fmt::format("leg {} of {} does not fit: every leg needs {} in one piece on {}; free "
                    "are {}: add a disk or ask for less",
                    placed + 1, legs, format_size(layout.member),
                    members == 1 ? "one disk" : fmt::format("each of {} disks", members),
                    fmt::join(free, ", ")));
}

}  // namespace

std::uint64_t free_bytes(const Cluster& cluster, const v1::Disk& disk) {
    return room_on(cluster, disk).total();
}

Result<std::vector<v1::Leg>> place_legs(const Cluster& cluster, const VolumeLayout& layout,
                                        std::uint32_t legs, v1::Redundancy redundancy) {
    const std::uint32_t members = members_of(redundancy);
    if (cluster.disks.size() < members)
        return fail(Code::precondition,
                    fmt::format("a leg needs {} disks and there are {}: add disks with 'dnvmectl "
                                "disk create'",
                                members, cluster.disks.size()));
    std::vector<Room> rooms = all_rooms(cluster);
    std::vector<v1::Leg> placed;
    while (placed.size() < legs) {
        const std::vector<Room*> chosen = choose(rooms, layout.leg.member, members);
        if (chosen.size() < members)
            return no_room(cluster, layout.leg, placed.size(), legs, members);
        placed.push_back(make_leg(layout.leg, chosen));
    }
    return placed;
}

}  // namespace dnvme::model
