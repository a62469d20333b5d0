// SPDX-License-Identifier: Apache-2.0
#include "view.h"

#include <algorithm>

#include "model/layout.h"
#include "model/names.h"
#include "volume_health.h"

namespace dnvme::daemon {

namespace {

/// Where hosts reach this very volume: see Volume.port_offset.
void add_portals(const model::Cluster& cluster, const std::string& node, v1::VolumeView& view) {
    const auto found = cluster.nodes.find(node);
    if (found == cluster.nodes.end()) {
        return;
    }
    for (v1::Portal portal : found->second.portals()) {
        portal.set_port(portal.port() + view.volume().port_offset());
        *view.add_portals() = portal;
    }
}

/// The node that serves a volume: that of its disks, while a cluster is one node.
std::string node_of(const model::Cluster& cluster, const v1::Volume& volume) {
    for (const auto& [name, disk] : cluster.disks) {
        for (const auto& leg : volume.legs()) {
            for (const auto& member : leg.members()) {
                if (member.disk_uuid() == disk.uuid()) {
                    return disk.node();
                }
            }
        }
    }
    return {};
}

}  // namespace

v1::NodeView view_node(const v1::Node& node) {
    v1::NodeView view;
    *view.mutable_node() = node;
    return view;
}

v1::DiskView view_disk(const Observation& seen, const v1::Disk& disk) {
    v1::DiskView view;
    *view.mutable_disk() = disk;
    view.set_current_path(seen.disks.path_of(disk.uuid()));
    view.set_free_bytes(model::free_bytes(seen.cluster, disk));
    view.set_health(view.current_path().empty() ? v1::HEALTH_DOWN : v1::HEALTH_OK);
    if (const auto twice = seen.disks.ambiguous.find(disk.uuid());
        twice != seen.disks.ambiguous.end()) {
        view.set_problem("its label is on " + twice->second + ": remove the copy");
    } else if (view.current_path().empty()) {
        view.set_problem("no device of this node carries its label: plug the disk in again");
    }
    return view;
}

v1::VolumeView view_volume(const Observation& seen, const v1::Volume& volume) {
    v1::VolumeView view;
    *view.mutable_volume() = volume;
    auto [health, problem] = volume_health(seen, volume);
    view.set_health(health);
    view.set_problem(std::move(problem));
    view.set_subsystem_nqn(model::subsystem_nqn(volume.uuid()));
    add_portals(seen.cluster, node_of(seen.cluster, volume), view);
    return view;
}

v1::HostView view_host(const Observation& seen, const v1::Host& host) {
    v1::HostView view;
    *view.mutable_host() = host;
    for (const auto& volume : volumes_of(seen.cluster, host.name())) {
        view.add_volumes(volume);
    }
    return view;
}

std::vector<std::string> volumes_of(const model::Cluster& cluster, const std::string& host) {
    std::vector<std::string> names;
    for (const auto& [name, volume] : cluster.volumes) {
        if (std::ranges::find(volume.hosts(), host) != volume.hosts().end()) {
            names.push_back(name);
        }
    }
    return names;
}

}  // namespace dnvme::daemon
