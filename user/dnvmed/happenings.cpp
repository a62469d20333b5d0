// SPDX-License-Identifier: Apache-2.0
#include "happenings.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>

#include "model/places.h"
#include "node_status.h"

namespace dnvme::daemon {

namespace {

using Attached = std::set<std::string>;

template <class Record>
std::map<std::string, const Record*> by_uuid(const std::map<std::string, Record>& records) {
    std::map<std::string, const Record*> sorted;
    for (const auto& [name, record] : records) {
        sorted[record.uuid()] = &record;
    }
    return sorted;
}

const char* health_word(v1::Health health) {
    switch (health) {
        case v1::HEALTH_OK:
            return "is ok";
        case v1::HEALTH_DEGRADED:
            return "is degraded";
        case v1::HEALTH_DOWN:
            return "is down";
        default:
            return "is unknown";
    }
}

const char* sync_word(v1::LogicalDisk::Sync sync) {
    switch (sync) {
        case v1::LogicalDisk::IN_SYNC:
            return "in-sync";
        case v1::LogicalDisk::STALE:
            return "stale";
        case v1::LogicalDisk::REBUILDING:
            return "rebuilding";
        default:
            return "unknown";
    }
}

/// The disks of this cluster that the nodes have found: where each is.
std::map<std::string, std::string> found_disks(const store::Statuses& statuses) {
    std::map<std::string, std::string> found;
    for (const auto& [node, status] : statuses.online) {
        for (const v1::FoundDisk& disk : status.disks()) {
            if (!disk.path().empty()) {
                found[disk.uuid()] = fmt::format("{} on node {}", disk.path(), node);
            }
        }
    }
    return found;
}

class Comparison {
  public:
    Comparison(const store::Loaded& before, const store::Loaded& now, std::int64_t now_unix_s)
        : before_(before), now_(now), now_unix_s_(now_unix_s) {}

    std::vector<v1::ClusterEvent> run() {
        compare("node", &model::Cluster::nodes);
        compare("disk", &model::Cluster::disks);
        compare("volume", &model::Cluster::volumes);
        compare("host", &model::Cluster::hosts);
        compare("head", &model::Cluster::heads);
        compare_presence();
        compare_disks();
        compare_health();
        return std::move(events_);
    }

  private:
    void add(const char* noun, const std::string& name, std::string what) {
        v1::ClusterEvent& event = events_.emplace_back();
        event.set_time_unix_s(now_unix_s_);
        event.set_noun(noun);
        event.set_name(name);
        event.set_what(std::move(what));
    }

    /// By uuid: another name is no other object.
    template <class Record>
    void compare(const char* noun, std::map<std::string, Record> model::Cluster::*records) {
        const auto old = by_uuid(before_.cluster.*records);
        const auto current = by_uuid(now_.cluster.*records);
        for (const auto& [uuid, record] : old) {
            if (!current.contains(uuid)) {
                add(noun, record->name(), "was deleted");
            }
        }
        for (const auto& [uuid, record] : current) {
            if (const auto was = old.find(uuid); was == old.end()) {
                add(noun, record->name(), "was created");
            } else {
                if (was->second->name() != record->name()) {
                    add(noun, record->name(), fmt::format("was '{}' before", was->second->name()));
                }
                compare_records(*was->second, *record);
            }
        }
    }

    template <class Record>
    void compare_records(const Record& /*old*/, const Record& /*record*/) {}
    void compare_records(const v1::Volume& old, const v1::Volume& record);
    void compare_members(const v1::Volume& old, const v1::Volume& record);
    void compare_presence();
    void compare_disks();
    void compare_health();
    [[nodiscard]] std::string name_of_disk(const std::string& uuid) const;

    const store::Loaded& before_;
    const store::Loaded& now_;
    const std::int64_t now_unix_s_;
    std::vector<v1::ClusterEvent> events_;
};

void Comparison::compare_records(const v1::Volume& old, const v1::Volume& record) {
    const Attached was(old.hosts().begin(), old.hosts().end());
    const Attached is(record.hosts().begin(), record.hosts().end());
    for (const std::string& host : was) {
        if (!is.contains(host)) {
            add("volume", record.name(), fmt::format("was detached from host '{}'", host));
        }
    }
    for (const std::string& host : is) {
        if (!was.contains(host)) {
            add("volume", record.name(), fmt::format("was attached to host '{}'", host));
        }
    }
    if (old.epoch() != record.epoch()) {
        add("volume", record.name(),
            fmt::format("is owned by controller {} from epoch {}", record.owner(), record.epoch()));
    }
    if (old.size_bytes() != record.size_bytes()) {
        add("volume", record.name(),
            fmt::format("has {} bytes instead of {}", record.size_bytes(), old.size_bytes()));
    }
    if (!old.deleting() && record.deleting()) {
        add("volume", record.name(), "is being deleted");
    }
    compare_members(old, record);
}

void Comparison::compare_members(const v1::Volume& old, const v1::Volume& record) {
    std::map<std::string, v1::LogicalDisk::Sync> was;
    for (const v1::Leg& leg : old.legs()) {
        for (const v1::LogicalDisk& member : leg.members()) {
            was[member.uuid()] = member.sync();
        }
    }
    for (const v1::Leg& leg : record.legs()) {
        for (const v1::LogicalDisk& member : leg.members()) {
            const auto sync = was.find(member.uuid());
            const std::string disk = name_of_disk(member.disk_uuid());
            if (sync == was.end()) {
                add("volume", record.name(), fmt::format("has a new member on disk {}", disk));
            } else if (sync->second != member.sync()) {
                add("volume", record.name(),
                    fmt::format("its member on disk {} is {}", disk, sync_word(member.sync())));
            }
        }
    }
}

void Comparison::compare_presence() {
    for (const auto& [name, node] : now_.cluster.nodes) {
        const bool was = before_.statuses.online.contains(name);
        const bool is = now_.statuses.online.contains(name);
        if (was != is) {
            add("node", name, is ? "is online" : "is offline");
        }
    }
    const std::string& leader = now_.statuses.leader;
    if (!leader.empty() && leader != before_.statuses.leader) {
        add("node", leader, "leads the cluster");
    }
}

void Comparison::compare_disks() {
    const auto was = found_disks(before_.statuses);
    const auto is = found_disks(now_.statuses);
    for (const auto& [name, disk] : now_.cluster.disks) {
        const auto old = was.find(disk.uuid());
        const auto current = is.find(disk.uuid());
        if (current != is.end() && (old == was.end() || old->second != current->second)) {
            add("disk", name, "is " + current->second);
        } else if (current == is.end() && old != was.end() &&
                   now_.statuses.online.contains(disk.node())) {
            add("disk", name, "is not there any more");
        }
    }
}

/// As the node says that serves it. Of one that is offline nobody knows.
void Comparison::compare_health() {
    const model::Places places(now_.cluster);
    for (const auto& [name, volume] : now_.cluster.volumes) {
        const auto status = now_.statuses.online.find(places.node_of(volume));
        if (status == now_.statuses.online.end() || volume.deleting()) {
            continue;
        }
        const auto told_before = before_.statuses.online.find(status->first);
        const v1::VolumeStatus* is = find_volume(status->second, volume.uuid());
        const v1::VolumeStatus* was = told_before == before_.statuses.online.end()
                                          ? nullptr
                                          : find_volume(told_before->second, volume.uuid());
        if (is == nullptr ||
            (was != nullptr && was->health() == is->health() && was->problem() == is->problem())) {
            continue;
        }
        const std::string word = health_word(is->health());
        add("volume", name, is->problem().empty() ? word : word + ": " + is->problem());
    }
}

std::string Comparison::name_of_disk(const std::string& uuid) const {
    const v1::Disk* disk = model::Places(now_.cluster).disk(uuid);
    return disk == nullptr ? uuid : disk->name();
}

}  // namespace

std::vector<v1::ClusterEvent> happenings(const store::Loaded& before, const store::Loaded& now,
                                         std::int64_t now_unix_s) {
    return Comparison(before, now, now_unix_s).run();
}

}  // namespace dnvme::daemon
