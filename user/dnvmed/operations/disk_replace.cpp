// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include <fmt/format.h>

#include "base/size.h"
#include "base/unix_time.h"
#include "base/uuid.h"
#include "model/places.h"
#include "model/redundancy.h"
#include "operations/disk_checks.h"
#include "operations/intent.h"
#include "plan/place_legs.h"
#include "view.h"

namespace dnvme::daemon {

namespace {

/// Gives volumes new members on one disk for those on another.
class Replacement {
  public:
    Replacement(const model::Cluster& cluster, const v1::Disk& from, const v1::Disk& to)
        : cluster_(cluster), from_(from), to_(to), space_(plan::free_space(cluster, to)) {}

    Status replace_all() {
        for (const auto& [name, record] : cluster_.volumes) {
            v1::Volume volume = record;
            const std::string node = model::Places(cluster_).node_of(record, 0);
            const std::size_t before = notes.size();
            for (int i = 0; i < volume.legs_size(); ++i) {
                if (auto replaced = replace_in(volume, i); !replaced) {
                    return pass(replaced.error(), fmt::format("volume '{}'", name));
                }
            }
            if (notes.size() == before) {
                continue;
            }
            if (auto settled = model::settle(edited_, volume, node); !settled) {
                return pass(settled.error(), fmt::format("volume '{}'", name));
            }
            edited_.volumes[name] = volume;
            volumes.push_back(std::move(volume));
        }
        return {};
    }

    std::vector<v1::Volume> volumes;
    std::vector<std::string> notes;

  private:
    [[nodiscard]] bool is_on(const v1::LogicalDisk& member, const v1::Disk& disk) const {
        return member.disk_uuid() == disk.uuid();
    }

    Status replace_in(v1::Volume& volume, int number) {
        v1::Leg& leg = *volume.mutable_legs(number);
        for (int i = 0; i < leg.members_size(); ++i) {
            if (!is_on(leg.members(i), from_)) {
                continue;
            }
            if (auto can = check(volume, leg, number); !can) {
                return can;
            }
            const std::string name = fmt::format("member {}.{}", number, i);
            if (auto moved = move(*leg.mutable_members(i), name); !moved) {
                return moved;
            }
            notes.push_back(fmt::format("{} of volume {} goes to disk {} of node {}, from {} on",
                                        name, volume.name(), to_.name(), to_.node(),
                                        format_size(leg.members(i).offset_bytes())));
        }
        return {};
    }

    /// The others have all data, and none of them is where the new one goes.
    [[nodiscard]] Status check(const v1::Volume& volume, const v1::Leg& leg, int number) const {
        if (volume.deleting()) {
            return fail(Code::precondition, "it is being deleted: try again when it is gone");
        }
        std::vector<bool> rest;
        for (const v1::LogicalDisk& member : leg.members()) {
            if (is_on(member, to_)) {
                return fail(Code::invalid,
                            fmt::format("leg {} has a member on disk '{}' already: choose another "
                                        "disk",
                                        number, to_.name()));
            }
            rest.push_back(!is_on(member, from_) && member.sync() == v1::LogicalDisk::IN_SYNC);
        }
        if (!leg.formatted() || !model::has_raid(volume.redundancy()) ||
            !model::survives(volume.redundancy(), rest)) {
            return fail(Code::precondition,
                        fmt::format("leg {} has not all its data without disk '{}': only what "
                                    "other members have can be rebuilt",
                                    number, from_.name()));
        }
        return {};
    }

    /// Another member, since what the old one holds counts for nothing should it come back (L4).
    Status move(v1::LogicalDisk& member, const std::string& name) {
        const std::uint64_t bytes = member.size_bytes();
        const auto offset = space_.take_first(bytes);
        if (!offset) {
            return fail(
                Code::no_space,
                fmt::format("{} needs {} on disk '{}' in one piece, and the largest that "
                            "is free there has {}",
                            name, format_size(bytes), to_.name(), format_size(space_.largest())));
        }
        member = v1::LogicalDisk();
        member.set_uuid(make_uuid());
        member.set_disk_uuid(to_.uuid());
        member.set_offset_bytes(*offset);
        member.set_size_bytes(bytes);
        member.set_sync(v1::LogicalDisk::STALE);
        member.set_sync_since_unix_s(unix_now());
        return {};
    }

    const model::Cluster& cluster_;
    const v1::Disk& from_;
    const v1::Disk& to_;
    plan::placement::FreeSpace space_;
    model::Cluster edited_ = cluster_;
};

/// Where nothing can be rebuilt, nothing is given up for it.
Status check_there(const Context& context, const v1::Disk& disk) {
    const auto present = present_disks(context);
    if (!present) {
        return pass(present.error());
    }
    if (!present->contains(disk.uuid())) {
        return fail(Code::precondition,
                    fmt::format("disk '{}' is not there: see disk show", disk.name()));
    }
    return {};
}

}  // namespace

/// Never taken back: what was given up has missed writes by then.
Result<Intent> replace_disk(const Context& context, const v1::ReplaceDiskRequest& request) {
    const auto from = find(context.cluster.disks, "disk", request.name());
    if (!from) {
        return pass(from.error());
    }
    const auto to = find(context.cluster.disks, "disk", request.with());
    if (!to) {
        return pass(to.error());
    }
    if (from->uuid() == to->uuid()) {
        return fail(Code::invalid,
                    fmt::format("disk '{}' cannot take its own place", from->name()));
    }
    if (auto there = check_there(context, *to); !there) {
        return pass(there.error());
    }
    Replacement replacement(context.cluster, *from, *to);
    if (auto replaced = replacement.replace_all(); !replaced) {
        return pass(replaced.error());
    }
    if (replacement.volumes.empty()) {
        return fail(Code::precondition,
                    fmt::format("disk '{}' holds no part of a volume: nothing is to be replaced",
                                from->name()));
    }
    Intent intent;
    intent.what = fmt::format("replace disk '{}' by '{}'", from->name(), to->name());
    intent.notes = std::move(replacement.notes);
    for (v1::Volume& volume : replacement.volumes) {
        intent.owners.push_back(volume.uuid());
        intent.edits.emplace_back(std::move(volume));
    }
    intent.finish = [name = to->name()](const Observation& seen) {
        v1::Event event;
        *event.mutable_disk() = view_disk(seen, seen.cluster.disks.at(name));
        return std::optional(event);
    };
    return intent;
}

}  // namespace dnvme::daemon
