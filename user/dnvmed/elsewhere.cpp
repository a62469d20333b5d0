// SPDX-License-Identifier: Apache-2.0
#include "elsewhere.h"

#include <algorithm>

#include <fmt/format.h>

#include "model/places.h"
#include "node_status.h"
#include "volume_health.h"

namespace dnvme::daemon {

namespace {

const v1::NodeStatus* find_status(const Observation& seen, const std::string& node) {
    const auto status = seen.statuses.online.find(node);
    return status == seen.statuses.online.end() ? nullptr : &status->second;
}

std::int64_t absent_since(const Observation& seen, const std::string& node) {
    const auto absence = seen.statuses.absent.find(node);
    return absence == seen.statuses.absent.end() ? 0 : absence->second.since_unix_s();
}

VolumeState state_here(const Observation& seen, const v1::Volume& volume) {
    auto [health, problem] = volume_health(seen, volume);
    VolumeState state{.health = health, .problem = std::move(problem), .since_unix_s = 0};
    if (const v1::NodeStatus* status = find_status(seen, seen.node)) {
        const v1::VolumeStatus* told = find_volume(*status, volume.uuid());
        state.since_unix_s = told != nullptr && told->health() == health ? told->since_unix_s() : 0;
    }
    return state;
}

VolumeState state_on(const Observation& seen, const std::string& node, const v1::Volume& volume) {
    const v1::NodeStatus* status = find_status(seen, node);
    if (status == nullptr) {
        return {.health = v1::HEALTH_UNKNOWN,
                .problem = offline_words(node, seen.statuses) + ": its part may be served or not",
                .since_unix_s = absent_since(seen, node)};
    }
    const v1::VolumeStatus* told = find_volume(*status, volume.uuid());
    if (volume.deleting()) {
        return {.health = v1::HEALTH_DOWN, .problem = "is being deleted", .since_unix_s = 0};
    }
    if (told == nullptr) {
        return {.health = v1::HEALTH_UNKNOWN,
                .problem = fmt::format("node '{}' has not said how its part is", node),
                .since_unix_s = 0};
    }
    return {
        .health = told->health(), .problem = told->problem(), .since_unix_s = told->since_unix_s()};
}

}  // namespace

VolumeState volume_state(const Observation& seen, const v1::Volume& volume) {
    const model::Places places(seen.cluster);
    return places.is_served_by(volume, seen.node) ? state_here(seen, volume)
                                                  : state_on(seen, places.node_of(volume), volume);
}

void view_disk_elsewhere(const Observation& seen, const v1::Disk& disk, v1::DiskView& view) {
    const v1::NodeStatus* status = find_status(seen, disk.node());
    if (status == nullptr) {
        view.set_health(v1::HEALTH_UNKNOWN);
        view.set_problem(offline_words(disk.node(), seen.statuses));
        return;
    }
    const auto found = std::ranges::find_if(
        status->disks(), [&](const v1::FoundDisk& one) { return one.uuid() == disk.uuid(); });
    if (found == status->disks().end()) {
        view.set_health(v1::HEALTH_DOWN);
        view.set_problem(fmt::format("no device of node '{}' carries its label", disk.node()));
        return;
    }
    view.set_current_path(found->path());
    view.set_problem(found->problem());
    view.set_health(found->path().empty() ? v1::HEALTH_DOWN : v1::HEALTH_OK);
}

void view_presence(const Observation& seen, const std::string& node, v1::NodeView& view) {
    const v1::NodeStatus* status = find_status(seen, node);
    const bool online = status != nullptr || node == seen.node;
    view.set_presence(online ? v1::PRESENCE_ONLINE : v1::PRESENCE_OFFLINE);
    if (!online) {
        view.set_since_unix_s(absent_since(seen, node));
        view.set_problem("its dnvmed does not run, or does not reach the store");
        return;
    }
    if (status == nullptr) {
        return;
    }
    view.set_since_unix_s(status->started_unix_s());
    for (const auto& [name, other] : seen.statuses.online) {
        if (name != node && !other.machine().empty() && other.machine() == status->machine()) {
            view.set_problem(
                fmt::format("has the machine id of node '{}': one of them is a copy, "
                            "give it a new one, see machine-id(5)",
                            name));
        }
    }
}

std::set<std::string> disks_elsewhere(const store::Statuses& statuses, const std::string& self) {
    std::set<std::string> found;
    for (const auto& [node, status] : statuses.online) {
        for (const v1::FoundDisk& disk : status.disks()) {
            if (node != self && !disk.path().empty()) {
                found.insert(disk.uuid());
            }
        }
    }
    return found;
}

}  // namespace dnvme::daemon
