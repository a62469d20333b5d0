// SPDX-License-Identifier: Apache-2.0
#include "volume_health.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/size.h"
#include "base/unix_time.h"
#include "model/controllers.h"
#include "model/names.h"
#include "model/redundancy.h"
#include "sys/dm_text.h"

namespace dnvme::daemon {

namespace {

using model::DmKind;

/// "disk d2 on node n1" for a member; its uuid if the record is gone.
std::string disk_words(const model::Cluster& cluster, const v1::LogicalDisk& member) {
    const auto disk = std::ranges::find_if(cluster.disks, [&](const auto& entry) {
        return entry.second.uuid() == member.disk_uuid();
    });
    if (disk == cluster.disks.end()) {
        return fmt::format("disk {}", member.disk_uuid());
    }
    return fmt::format("disk {} on node {}", disk->first, disk->second.node());
}

bool is_there(const Observation& seen, const v1::LogicalDisk& member) {
    const auto remote = seen.kernel.connections.find(model::logical_disk_nqn(member.uuid()));
    if (remote != seen.kernel.connections.end()) {
        return remote->second.live;
    }
    return !seen.disks.path_of(member.disk_uuid()).empty();
}

/// A leg that runs goes on without members as long as all data is on those that are left.
bool survives(const Observation& seen, const v1::Volume& volume, const v1::Leg& leg) {
    std::vector<bool> there;
    for (const auto& member : leg.members()) {
        there.push_back(member.sync() == v1::LogicalDisk::IN_SYNC && is_there(seen, member));
    }
    return model::survives(volume.redundancy(), there);
}

bool is_live(const plan::KernelState& kernel, DmKind kind, const std::string& uuid) {
    const auto device = kernel.dm.find(model::dm_uuid(kind, uuid));
    return device != kernel.dm.end() && !device->second.suspended;
}

/// A front without legs holds: it is a standby. One that has them under another epoch than the
/// record's is fenced, or will be: its volume is between two owners.
bool serves(const plan::DmDevice& front, const v1::Volume& volume) {
    const auto table = sys::parse_dnvme_table(front.table.empty() ? "" : front.table[0].params);
    return table && !table->legs.empty() &&
           (volume.standbys().empty() || table->epoch == volume.epoch());
}

bool front_serves(const plan::KernelState& kernel, const v1::Volume& volume) {
    if (!model::has_controller(volume, volume.owner())) {
        return false;
    }
    const std::string owner = model::owner_of(volume).uuid();
    return is_live(kernel, DmKind::front, owner) &&
           serves(kernel.dm.at(model::dm_uuid(DmKind::front, owner)), volume);
}

bool runs(const Observation& seen, const v1::Volume& volume) {
    return front_serves(seen.kernel, volume) &&
           std::ranges::all_of(volume.legs(), [&](const v1::Leg& leg) {
               return is_live(seen.kernel, DmKind::thin, leg.uuid()) && survives(seen, volume, leg);
           });
}

/// Why it does not run, the best reason first.
std::string why_down(const Observation& seen, const v1::Volume& volume) {
    if (const auto waits = seen.down.find(volume.uuid()); waits != seen.down.end()) {
        return waits->second;
    }
    for (const auto& leg : volume.legs()) {
        for (const auto& member : leg.members()) {
            if (!is_there(seen, member)) {
                return "waits for " + disk_words(seen.cluster, member);
            }
        }
    }
    if (auto failed = seen.last.of({volume.uuid()}); !failed) {
        return failed.error().message();
    }
    return "its devices are not all there: see the log of dnvmed";
}

std::string stale_words(const v1::LogicalDisk& member, bool there) {
    const std::string since =
        member.sync_since_unix_s() == 0 ? "" : " since " + time_words(member.sync_since_unix_s());
    if (member.trouble() == v1::LogicalDisk::ERRORS) {
        return fmt::format("is stale{}: it answered with errors", since);
    }
    const char* why = member.trouble() == v1::LogicalDisk::ABSENT
                          ? "it was away, and is about to be rebuilt"
                          : "it is new, and is about to be rebuilt";
    return fmt::format("is stale{}: {}", since, there ? why : "it is not there");
}

std::optional<std::string> sync_problem(const Observation& seen, const v1::LogicalDisk& member) {
    const std::string disk = disk_words(seen.cluster, member);
    switch (member.sync()) {
        case v1::LogicalDisk::STALE:
            return fmt::format("the member on {} {}", disk,
                               stale_words(member, is_there(seen, member)));
        case v1::LogicalDisk::REBUILDING:
            return fmt::format("the member on {} is being rebuilt", disk);
        default:
            return std::nullopt;
    }
}

std::optional<std::string> member_problem(const Observation& seen, const v1::LogicalDisk& member,
                                          char letter) {
    if (auto sync = sync_problem(seen, member)) {
        return sync;
    }
    if (!is_there(seen, member)) {
        return disk_words(seen.cluster, member) + " is not there";
    }
    if (letter == 'D') {
        return disk_words(seen.cluster, member) + " failed";
    }
    if (letter == 'a') {
        return disk_words(seen.cluster, member) + " is being brought up to date";
    }
    return std::nullopt;
}

/// After a crash dm-raid calls all members out of sync while it compares what was being written.
/// Nothing is missing then: every block that was acknowledged is on every member.
std::string settled_letters(std::string letters) {
    if (letters.find_first_not_of('a') == std::string::npos) {
        std::ranges::fill(letters, 'A');
    }
    return letters;
}

/// Null if there is no array, or none that says anything.
const plan::RaidHealth* raid_of(const Observation& seen, const v1::Leg& leg) {
    const auto raid = seen.kernel.dm.find(model::dm_uuid(DmKind::raid, leg.uuid()));
    return raid == seen.kernel.dm.end() || !raid->second.raid ? nullptr : &*raid->second.raid;
}

std::optional<std::string> leg_problem(const Observation& seen, const v1::Leg& leg) {
    const plan::RaidHealth* raid = raid_of(seen, leg);
    const std::string letters = raid == nullptr ? "" : settled_letters(raid->letters);
    for (int i = 0; i < leg.members_size(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        const char letter = at < letters.size() ? letters[at] : 'A';
        if (auto problem = member_problem(seen, leg.members(i), letter)) {
            return problem;
        }
    }
    return std::nullopt;
}

/// It serves, but not as it should: the last run of the agent could not finish it.
std::optional<std::string> unfinished(const Observation& seen, const v1::Volume& volume) {
    if (auto failed = seen.last.of({volume.uuid()}); !failed) {
        return failed.error().message();
    }
    if (const auto why = seen.growing.find(volume.uuid()); why != seen.growing.end()) {
        return fmt::format("has {} of its {} yet: it {}", format_size(served_bytes(seen, volume)),
                           format_size(volume.size_bytes()), why->second);
    }
    return std::nullopt;
}

}  // namespace

std::vector<v1::MemberProgress> rebuilds_of(const Observation& seen, const v1::Volume& volume) {
    std::vector<v1::MemberProgress> rebuilds;
    for (const auto& leg : volume.legs()) {
        const plan::RaidHealth* raid = raid_of(seen, leg);
        for (const auto& member : leg.members()) {
            if (member.sync() != v1::LogicalDisk::REBUILDING || raid == nullptr || raid->idle ||
                raid->total_sectors == 0) {
                continue;
            }
            v1::MemberProgress& added = rebuilds.emplace_back();
            added.set_uuid(member.uuid());
            added.set_percent(
                static_cast<std::uint32_t>(raid->synced_sectors * 100 / raid->total_sectors));
        }
    }
    return rebuilds;
}

VolumeHealth volume_health(const Observation& seen, const v1::Volume& volume) {
    if (volume.deleting()) {
        auto failed = seen.last.of({volume.uuid()});
        return {v1::HEALTH_DOWN,
                failed ? "is being deleted" : "is being deleted: " + failed.error().message()};
    }
    if (!runs(seen, volume)) {
        return {v1::HEALTH_DOWN, why_down(seen, volume)};
    }
    for (const auto& leg : volume.legs()) {
        if (auto problem = leg_problem(seen, leg)) {
            return {v1::HEALTH_DEGRADED, *problem};
        }
    }
    if (auto problem = unfinished(seen, volume)) {
        return {v1::HEALTH_DEGRADED, *problem};
    }
    return {v1::HEALTH_OK, ""};
}

std::uint64_t served_bytes(const Observation& seen, const v1::Volume& volume) {
    if (!model::has_controller(volume, volume.owner())) {
        return 0;
    }
    const auto subsystem =
        seen.kernel.subsystems.find(model::exported_nqn(volume, model::owner_of(volume)));
    if (subsystem == seen.kernel.subsystems.end()) {
        return 0;
    }
    const auto exported = subsystem->second.namespaces.find(model::exported_nsid);
    return exported == subsystem->second.namespaces.end() ? 0 : exported->second.size_bytes;
}

}  // namespace dnvme::daemon
