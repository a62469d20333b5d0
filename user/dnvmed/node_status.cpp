// SPDX-License-Identifier: Apache-2.0
#include "node_status.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/unix_time.h"
#include "model/places.h"
#include "volume_health.h"

namespace dnvme::daemon {

namespace {

void add_failures(const Outcome& outcome, v1::NodeStatus& status) {
    for (const auto& [owner, error] : outcome.failed) {
        v1::Failure& failure = *status.add_failures();
        failure.set_owner(owner);
        failure.set_message(error.message());
    }
}

v1::VolumeStatus make_volume(const Observation& seen, const v1::Volume& volume) {
    v1::VolumeStatus status;
    status.set_uuid(volume.uuid());
    auto [health, problem] = volume_health(seen, volume);
    status.set_health(health);
    status.set_problem(std::move(problem));
    if (const auto waits = seen.down.find(volume.uuid()); waits != seen.down.end()) {
        status.set_waits(waits->second);
    }
    const auto rebuilds = rebuilds_of(seen, volume);
    status.mutable_rebuilds()->Assign(rebuilds.begin(), rebuilds.end());
    status.set_size_bytes(served_bytes(seen, volume));
    return status;
}

void add_volumes(const Observation& seen, const v1::NodeStatus& before, std::int64_t now_unix_s,
                 v1::NodeStatus& status) {
    const model::Places places(seen.cluster);
    for (const auto& [name, volume] : seen.cluster.volumes) {
        if (!places.is_served_by(volume, seen.node)) {
            continue;
        }
        v1::VolumeStatus& added = *status.add_volumes() = make_volume(seen, volume);
        const v1::VolumeStatus* old = find_volume(before, volume.uuid());
        const bool same = old != nullptr && old->health() == added.health();
        added.set_since_unix_s(same ? old->since_unix_s() : now_unix_s);
    }
}

void add_disks(const Observation& seen, v1::NodeStatus& status) {
    for (const auto& device : seen.disks.usable) {
        v1::FoundDisk& disk = *status.add_disks();
        disk.set_uuid(device.label_uuid);
        disk.set_path(device.path);
    }
    for (const auto& [uuid, where] : seen.disks.ambiguous) {
        v1::FoundDisk& disk = *status.add_disks();
        disk.set_uuid(uuid);
        disk.set_problem("its label is on " + where + ": remove the copy");
    }
}

/// A node connects to others from an address under which they reach it.
bool is_connected(const Observation& seen, const std::string& name) {
    const auto node = seen.cluster.nodes.find(name);
    return node != seen.cluster.nodes.end() && seen.kernel.peers &&
           std::ranges::any_of(node->second.portals(), [&](const v1::Portal& portal) {
               return seen.kernel.peers->contains(portal.address());
           });
}

void add_silent(const Observation& seen, v1::NodeStatus& status) {
    for (const auto& [name, absence] : seen.statuses.absent) {
        if (seen.kernel.peers && !is_connected(seen, name)) {
            status.add_silent(name);
        }
    }
}

}  // namespace

std::string offline_words(const std::string& node, const store::Statuses& statuses) {
    const auto absence = statuses.absent.find(node);
    return absence == statuses.absent.end()
               ? fmt::format("node '{}' is offline", node)
               : fmt::format("node '{}' is offline since {}", node,
                             time_words(absence->second.since_unix_s()));
}

v1::NodeStatus make_status(const Observation& seen, const v1::NodeStatus& before,
                           std::int64_t now_unix_s) {
    v1::NodeStatus status;
    status.set_revision(seen.last.revision);
    add_failures(seen.last, status);
    add_volumes(seen, before, now_unix_s, status);
    add_disks(seen, status);
    add_silent(seen, status);
    return status;
}

bool tells_of_absent(const store::Statuses& statuses, const v1::NodeStatus& status) {
    return std::ranges::equal(statuses.absent, status.silent(), {},
                              [](const auto& entry) { return entry.first; });
}

bool hears_absent(const Observation& seen) {
    return std::ranges::any_of(seen.statuses.absent,
                               [&](const auto& entry) { return is_connected(seen, entry.first); });
}

bool tells_news(const v1::NodeStatus& status, v1::NodeStatus before) {
    before.set_revision(status.revision());
    return before.SerializeAsString() != status.SerializeAsString();
}

const v1::VolumeStatus* find_volume(const v1::NodeStatus& status, const std::string& uuid) {
    const auto found = std::ranges::find_if(
        status.volumes(), [&](const v1::VolumeStatus& one) { return one.uuid() == uuid; });
    return found == status.volumes().end() ? nullptr : &*found;
}

}  // namespace dnvme::daemon
