// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/handover.h"
#include "model/names.h"
#include "plan/diff.h"
#include "plan/normalise.h"
#include "plan/parts.h"
#include "plan/references.h"

namespace dnvme::plan {
namespace {

bool same_table(const std::vector<DmTarget>& a, const std::vector<DmTarget>& b) {
    return std::equal(
        a.begin(), a.end(), b.begin(), b.end(), [](const DmTarget& one, const DmTarget& other) {
            return one.start_sectors == other.start_sectors &&
                   one.length_sectors == other.length_sectors && one.type == other.type &&
                   normalise_params(one.type, one.params) ==
                       normalise_params(other.type, other.params);
        });
}

/// What stands above the gates of legs that are built anew: whatever an earlier attempt left.
std::set<std::string> half_built(const model::Cluster& cluster, const Desired& desired) {
    std::set<std::string> parts;
    for (const auto& [name, volume] : cluster.volumes) {
        for (const v1::Leg& leg : volume.legs()) {
            if (!desired.unformatted.contains(leg.uuid()))
                continue;
            for (const auto& some : {pool_parts(leg), top_parts(leg)})
                parts.insert(some.begin(), some.end());
        }
    }
    return parts;
}

/// A device whose name is not ours any more cannot be renamed: it is made anew.
bool must_go(const Diff& diff, const std::set<std::string>& half_built, const DmDevice& device) {
    const auto wanted = diff.wanted.dm.find(device.uuid);
    return wanted == diff.wanted.dm.end() || wanted->second.name != device.name ||
           half_built.contains(device.uuid);
}

using Holders = std::map<std::string, std::set<std::string>>;

/// Dm uuid -> dm uuids of the devices that hold it open.
Holders holders_in(const KernelState& state) {
    Holders holders;
    for (const auto& [uuid, device] : state.dm) {
        for (const std::string& below : dm_devices_below(device))
            holders[below].insert(uuid);
    }
    return holders;
}

/// An array goes on without a member that it loses, and so does the gate of its leg.
bool lets_go(const Diff& diff, const std::string& holder, const std::string& uuid) {
    const auto wanted = diff.wanted.dm.find(holder);
    const bool goes_on = model::is_kind(holder, {model::DmKind::raid, model::DmKind::leg});
    return goes_on && wanted != diff.wanted.dm.end() &&
           !dm_devices_below(wanted->second).contains(uuid);
}

/// A device goes only after whoever holds it.
void remove_with_holders(Diff& diff, const Holders& holders, const std::string& uuid) {
    if (!diff.remove_dm.insert(uuid).second)
        return;
    if (const auto above = holders.find(uuid); above != holders.end()) {
        for (const std::string& holder : above->second) {
            if (!lets_go(diff, holder, uuid))
                remove_with_holders(diff, holders, holder);
        }
    }
}

/// The same legs under the same epoch.
bool only_grows(const DmDevice& actual, const DmDevice& wanted) {
    return actual.table.size() == 1 && wanted.table.size() == 1 &&
           actual.table[0].length_sectors < wanted.table[0].length_sectors &&
           actual.table[0].type == wanted.table[0].type &&
           actual.table[0].params == wanted.table[0].params;
}

/// With the volume's epoch: what is there is of an earlier one.
void fence_fronts(Diff& diff, const v1::Volume& volume, const KernelState& actual) {
    for (const std::string& front : front_parts(volume)) {
        const auto there = actual.dm.find(front);
        const auto wanted = diff.wanted.dm.find(front);
        if (there == actual.dm.end() || wanted == diff.wanted.dm.end() ||
            dm_devices_below(there->second).empty())
            continue;
        const bool changes =
            diff.reload_dm.contains(front) && !only_grows(there->second, wanted->second);
        // Its legs go, and it is made anew without any. What an owner has in flight for whom nobody
        // waits no member may take any more: it would never drain, and is failed.
        const bool loses = diff.remove_dm.contains(front) && !model::has_let_go(volume);
        if (changes || loses)
            diff.fence[front] = volume.epoch();
    }
}

}  // namespace

void diff_dm(Diff& diff, const model::Cluster& cluster, const Desired& desired,
             const KernelState& actual) {
    const std::set<std::string> anew = half_built(cluster, desired);
    const Holders holders = holders_in(actual);
    for (const auto& [uuid, device] : actual.dm) {
        if (must_go(diff, anew, device))
            remove_with_holders(diff, holders, uuid);
    }
    for (const auto& [uuid, wanted] : diff.wanted.dm) {
        const auto device = actual.dm.find(uuid);
        if (device == actual.dm.end() || diff.remove_dm.contains(uuid))
            diff.create_dm.insert(uuid);
        else if (!same_table(device->second.table, wanted.table))
            diff.reload_dm.insert(uuid);
    }
    for (const auto& [name, volume] : cluster.volumes) {
        if (!volume.standbys().empty())
            fence_fronts(diff, volume, actual);
    }
    for (const auto& [uuid, device] : actual.dm) {
        const auto wanted = diff.wanted.dm.find(uuid);
        // One of a volume that is down is wanted as it is.
        if (device.suspended && (wanted == diff.wanted.dm.end() || !wanted->second.suspended))
            diff.resume_dm.insert(uuid);
    }
}

}  // namespace dnvme::plan
