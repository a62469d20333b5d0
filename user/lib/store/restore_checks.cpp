// SPDX-License-Identifier: Apache-2.0
#include "store/restore_checks.h"

#include <algorithm>

#include <fmt/format.h>

#include "model/controllers.h"
#include "model/growth.h"

namespace dnvme::store {

namespace {

tl::unexpected<Error> in_the_way(std::string what) {
    return fail(Code::precondition, std::move(what));
}

/// Calls @p look with the map of the record's kind and the record.
template <class Look>
auto with_kind(const model::Cluster& cluster, const v1::Record& record, Look look) {
    switch (record.body_case()) {
        case v1::Record::kNode:
            return look(cluster.nodes, record.node());
        case v1::Record::kDisk:
            return look(cluster.disks, record.disk());
        case v1::Record::kVolume:
            return look(cluster.volumes, record.volume());
        case v1::Record::kHost:
            return look(cluster.hosts, record.host());
        default:
            return look(cluster.heads, record.head());
    }
}

Status check_name_free(const model::Cluster& cluster, const v1::Record& record) {
    const bool taken = with_kind(cluster, record, [](const auto& things, const auto& thing) {
        return things.contains(thing.name());
    });
    return taken ? in_the_way("another one has this name by now: delete or rename that one first")
                 : Status();
}

bool overlap(const model::Piece& a, const model::Piece& b) {
    return a.offset < b.offset + b.size && b.offset < a.offset + a.size;
}

bool overlap(const v1::LogicalDisk& a, const v1::LogicalDisk& b) {
    const auto theirs = model::slices_of(b);
    return a.disk_uuid() == b.disk_uuid() &&
           std::ranges::any_of(model::slices_of(a), [&](const model::Piece& mine) {
               return std::ranges::any_of(
                   theirs, [&](const model::Piece& other) { return overlap(mine, other); });
           });
}

template <class Visit>
void for_each_member(const v1::Volume& volume, Visit visit) {
    for (const v1::Leg& leg : volume.legs()) {
        for (const v1::LogicalDisk& member : leg.members()) {
            visit(member);
        }
    }
}

bool share_space(const v1::Volume& a, const v1::Volume& b) {
    bool shared = false;
    for_each_member(a, [&](const v1::LogicalDisk& mine) {
        for_each_member(
            b, [&](const v1::LogicalDisk& other) { shared = shared || overlap(mine, other); });
    });
    return shared;
}

bool share_ports(const v1::Volume& a, const v1::Volume& b) {
    const auto theirs = model::controllers_of(b);
    return std::ranges::any_of(model::controllers_of(a), [&](const v1::Controller& mine) {
        return std::ranges::find(theirs, mine.port_offset(), &v1::Controller::port_offset) !=
               theirs.end();
    });
}

Status check_disks(const model::Cluster& cluster, const v1::Volume& volume) {
    bool all = true;
    for_each_member(volume, [&](const v1::LogicalDisk& member) {
        all = all && std::ranges::any_of(cluster.disks, [&](const auto& disk) {
                  return disk.second.uuid() == member.disk_uuid();
              });
    });
    return all ? Status() : in_the_way("a disk of it was taken away from dnvme since");
}

Status check_hosts(const model::Cluster& cluster, const v1::Volume& volume) {
    for (const std::string& host : volume.hosts()) {
        if (!cluster.hosts.contains(host)) {
            return in_the_way(
                fmt::format("host '{}', which it is attached to, has another name "
                            "by now",
                            host));
        }
    }
    return {};
}

Status check_volume(const model::Cluster& cluster, const v1::Volume& volume) {
    if (auto disks = check_disks(cluster, volume); !disks) {
        return disks;
    }
    if (auto hosts = check_hosts(cluster, volume); !hosts) {
        return hosts;
    }
    for (const auto& [name, other] : cluster.volumes) {
        if (share_space(volume, other)) {
            return in_the_way(fmt::format("volume '{}' has its place on a disk by now", name));
        }
        if (share_ports(volume, other)) {
            return in_the_way(
                fmt::format("volume '{}' has its TCP port by now: delete that one "
                            "first",
                            name));
        }
    }
    return {};
}

Status check_host(const model::Cluster& cluster, const v1::Host& host) {
    for (const auto& [name, other] : cluster.hosts) {
        if (other.nqn() == host.nqn()) {
            return in_the_way(fmt::format("host '{}' has its NQN by now", name));
        }
    }
    return {};
}

}  // namespace

Status check_cluster(const Known& known, const Backup& backup, bool live) {
    const std::string& uuid = backup.header.cluster_uuid();
    const std::string stored = witness_of(known.now).cluster_uuid;
    if (live && stored != uuid) {
        return fail(
            Code::precondition,
            fmt::format("the backup is of cluster {}, and the store of cluster {}: name the "
                        "right file",
                        uuid, stored));
    }
    // A daemon that starts on an empty store makes a cluster, which is worth nothing yet.
    if (known.seen.cluster_uuid != uuid && !known.seen.epochs.empty()) {
        return fail(Code::precondition,
                    fmt::format("the backup is of cluster {}, and this node belongs to cluster {}, "
                                "with volumes: name the right file",
                                uuid, known.seen.cluster_uuid));
    }
    return {};
}

bool is_there(const model::Cluster& cluster, const v1::Record& record) {
    if (record.has_cluster()) {
        return true;
    }
    return with_kind(cluster, record, [](const auto& things, const auto& thing) {
        return std::ranges::any_of(
            things, [&](const auto& there) { return there.second.uuid() == thing.uuid(); });
    });
}

Status check_fits(const model::Cluster& cluster, const v1::Record& record) {
    if (auto free = check_name_free(cluster, record); !free) {
        return free;
    }
    if (record.has_host()) {
        return check_host(cluster, record.host());
    }
    return record.has_volume() ? check_volume(cluster, record.volume()) : Status();
}

}  // namespace dnvme::store
