// SPDX-License-Identifier: Apache-2.0
#include "elsewhere.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

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

std::string copy_words(const store::Statuses& statuses, const v1::NodeStatus& status) {
    for (const auto& [name, other] : statuses.online) {
        if (name != status.node() && !other.machine().empty() &&
            other.machine() == status.machine()) {
            return fmt::format(
                "has the machine id of node '{}': one of them is a copy, give it a "
                "new one, see machine-id(5)",
                name);
        }
    }
    return {};
}

std::string clock_words(const store::Statuses& statuses, const std::string& node) {
    for (const auto& [name, other] : statuses.online) {
        for (const v1::WrongClock& clock : other.clocks()) {
            if (clock.node() == node) {
                return fmt::format("its clock is {} s {} that of node '{}': see timedatectl(1)",
                                   std::abs(clock.ahead_s()),
                                   clock.ahead_s() > 0 ? "ahead of" : "behind", name);
            }
        }
    }
    return {};
}

/// Node and path of each device that carries the label of a disk.
std::vector<std::pair<std::string, std::string>> nodes_with(const Observation& seen,
                                                            const std::string& uuid) {
    std::vector<std::pair<std::string, std::string>> nodes;
    if (const std::string path = seen.disks.path_of(uuid); !path.empty()) {
        nodes.emplace_back(seen.node, path);
    }
    for (const auto& [node, status] : seen.statuses.online) {
        for (const v1::FoundDisk& disk : status.disks()) {
            if (node != seen.node && disk.uuid() == uuid && !disk.path().empty()) {
                nodes.emplace_back(node, disk.path());
            }
        }
    }
    return nodes;
}

VolumeState state_here(const Observation& seen, const v1::Volume& volume) {
    auto [health, problem] = volume_health(seen, volume);
    VolumeState state{.health = health,
                      .problem = std::move(problem),
                      .since_unix_s = 0,
                      .rebuilds = rebuilds_of(seen, volume),
                      .size_bytes = served_bytes(seen, volume)};
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
    return {.health = told->health(),
            .problem = told->problem(),
            .since_unix_s = told->since_unix_s(),
            .rebuilds = {told->rebuilds().begin(), told->rebuilds().end()},
            .size_bytes = told->size_bytes()};
}

}  // namespace

VolumeState volume_state(const Observation& seen, const v1::Volume& volume) {
    const model::Places places(seen.cluster);
    return places.is_served_by(volume, seen.node) ? state_here(seen, volume)
                                                  : state_on(seen, places.node_of(volume), volume);
}

std::string missing_words(const Observation& seen, const v1::Disk& disk) {
    for (const auto& [node, path] : nodes_with(seen, disk.uuid())) {
        if (node != disk.node()) {
            return fmt::format("was moved to node '{}', where it is {}: move it back", node, path);
        }
    }
    return fmt::format("no device of node '{}' carries its label: plug the disk in again",
                       disk.node());
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
        view.set_problem(missing_words(seen, disk));
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
    view.set_problem(copy_words(seen.statuses, *status));
    if (view.problem().empty()) {
        view.set_problem(clock_words(seen.statuses, node));
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
