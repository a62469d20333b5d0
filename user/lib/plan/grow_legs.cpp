// SPDX-License-Identifier: Apache-2.0
#include "plan/grow_legs.h"

#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/size.h"
#include "model/growth.h"
#include "model/places.h"
#include "plan/place_legs.h"

namespace dnvme::plan {
namespace {

/// Gives the members of one volume more of their disks.
class Grower {
  public:
    explicit Grower(const model::Cluster& cluster) : cluster_(cluster), places_(cluster) {}

    Status grow(v1::Leg& leg, const std::string& number, std::uint64_t member_bytes) {
        for (int i = 0; i < leg.members_size(); i++) {
            v1::LogicalDisk& member = *leg.mutable_members(i);
            const std::string name = fmt::format("member {}.{}", number, i);
            if (member.size_bytes() == member_bytes)
                continue;
            if (Status grown = grow(member, name, member_bytes - member.size_bytes()); !grown)
                return grown;
        }
        return {};
    }

    std::vector<std::string> notes;

  private:
    Status grow(v1::LogicalDisk& member, const std::string& name, std::uint64_t more) {
        const v1::Disk* disk = places_.disk(member.disk_uuid());
        if (disk == nullptr)
            return fail(Code::precondition, fmt::format("{}: the store does not know its disk {}",
                                                        name, member.disk_uuid()));
        placement::FreeSpace& space = space_of(*disk);
        const model::Piece last = model::slices_of(member).back();
        const std::uint64_t end = last.offset + last.size;
        const bool behind = space.take({end, end + more});
        const auto offset = behind ? std::optional(end) : space.take_first(more);
        if (!offset)
            return fail(Code::no_space,
                        fmt::format("{} needs {} more on disk {} of node {} in one piece, and the "
                                    "largest that is free there has {}: free more of that disk, or "
                                    "choose a smaller size",
                                    name, format_size(more), disk->name(), disk->node(),
                                    format_size(space.largest())));
        model::add_slice(member, *offset, more);
        notes.push_back(fmt::format(
            "{} grows by {} on disk {} of node {}, {}", name, format_size(more), disk->name(),
            disk->node(),
            behind ? "directly behind what it has" : "from " + format_size(*offset) + " on"));
        return {};
    }

    placement::FreeSpace& space_of(const v1::Disk& disk) {
        const auto known = spaces_.find(disk.uuid());
        return known != spaces_.end()
                   ? known->second
                   : spaces_.emplace(disk.uuid(), free_space(cluster_, disk)).first->second;
    }

    const model::Cluster& cluster_;
    const model::Places places_;
    std::map<std::string, placement::FreeSpace> spaces_;  ///< by uuid of the disk
};

/// Whatever it takes from now on; what it takes now becomes the last of the earlier ones.
void set_sizes(v1::Leg& leg, const model::LegLayout& layout) {
    *leg.add_earlier() = model::sizes_of(leg).back();
    leg.set_size_bytes(layout.size);
    leg.set_pool_metadata_bytes(layout.pool_metadata);
}

}  // namespace

Result<GrownVolume> grow_legs(const model::Cluster& cluster, v1::Volume volume,
                              const model::VolumeLayout& layout) {
    Grower grower(cluster);
    for (int i = 0; i < volume.legs_size(); i++) {
        v1::Leg& leg = *volume.mutable_legs(i);
        set_sizes(leg, layout.leg);
        if (Status grown = grower.grow(leg, std::to_string(i), layout.leg.member); !grown)
            return pass(grown.error());
    }
    volume.set_size_bytes(layout.size);
    return GrownVolume{.volume = std::move(volume), .notes = std::move(grower.notes)};
}

}  // namespace dnvme::plan
