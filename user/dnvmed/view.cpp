// SPDX-License-Identifier: Apache-2.0
#include "view.h"

#include <algorithm>

#include <fmt/format.h>

#include "elsewhere.h"
#include "model/controllers.h"
#include "model/layout.h"
#include "model/names.h"
#include "model/places.h"
#include "owners.h"
#include "plan/place_legs.h"

namespace dnvme::daemon {

namespace {

/// Where hosts reach this very controller: see Volume.port_offset.
template <class View>
void add_portals(const v1::Node* node, const v1::Controller& controller, View& view) {
    if (node == nullptr) {
        return;
    }
    for (v1::Portal portal : node->portals()) {
        portal.set_port(portal.port() + controller.port_offset());
        *view.add_portals() = portal;
    }
}

/// The node of this name. May be null.
const v1::Node* find_node(const model::Cluster& cluster, const std::string& name) {
    const auto node = cluster.nodes.find(name);
    return node == cluster.nodes.end() ? nullptr : &node->second;
}

void add_controllers(const model::Cluster& cluster, const v1::Volume& volume,
                     v1::VolumeView& view) {
    const model::Places places(cluster);
    std::uint32_t number = 0;
    for (const auto& controller : model::controllers_of(volume)) {
        const std::string node = places.node_of(volume, number);
        v1::ControllerView& added = *view.add_controllers();
        added.set_number(number);
        added.set_role(number == volume.owner() ? v1::ROLE_ACTIVE : v1::ROLE_STANDBY);
        added.set_subsystem_nqn(model::exported_nqn(volume, controller));
        added.set_node(node);
        add_portals(find_node(cluster, node), controller, added);
        ++number;
    }
}

std::string path_problem(const Observation& seen, const std::string& dir,
                         const v1::PathView& path) {
    if (auto failed = seen.last.of({Owners::of_path(dir, path.name())}); !failed) {
        return failed.error().message();
    }
    if (path.device().empty()) {
        return "its device is not there: is the host connected?";
    }
    if (path.state() == "failed" || path.state() == "gone") {
        return fmt::format("{} does not answer as it should: see the kernel's log", path.device());
    }
    return {};
}

v1::PathView view_path(const Observation& seen, const v1::Head& head, const v1::Path& path) {
    const std::string dir = model::head_dir(head.uuid());
    v1::PathView view;
    view.set_name(path.name());
    view.set_priority(path.priority());
    if (const auto device = seen.paths.find({head.uuid(), path.name()});
        device != seen.paths.end()) {
        view.set_device(device->second);
    }
    if (const auto kernel = seen.heads.find(dir); kernel != seen.heads.end()) {
        if (const auto status = kernel->second.paths.find(path.name());
            status != kernel->second.paths.end()) {
            view.set_state(status->second.state);
            view.set_errors(status->second.errors);
            view.set_identity(status->second.identity);
        }
    }
    view.set_problem(path_problem(seen, dir, view));
    return view;
}

/// What a head itself suffers from; then what its first bad path does.
std::string head_problem(const Observation& seen, const v1::HeadView& view) {
    const std::string dir = model::head_dir(view.head().uuid());
    if (auto failed = seen.last.of({dir, model::head_module}); !failed) {
        return failed.error().message();
    }
    if (view.head().deleting()) {
        return "is being deleted";
    }
    if (view.paths().empty()) {
        return "it has no path: add some with 'dnvmectl path create'";
    }
    for (const auto& path : view.paths()) {
        if (!path.problem().empty()) {
            return fmt::format("path {}: {}", path.name(), path.problem());
        }
    }
    return {};
}

v1::Health head_health(const v1::HeadView& view) {
    if (view.state() != "up" && view.state() != "owing") {
        return v1::HEALTH_DOWN;
    }
    return view.problem().empty() ? v1::HEALTH_OK : v1::HEALTH_DEGRADED;
}

void add_status(const sys::HeadStatus& status, v1::HeadView& view) {
    view.set_disk(status.disk.empty() ? "" : "/dev/" + status.disk);
    view.set_state(status.state);
    view.set_active_path(status.active_path);
    view.set_queued(status.queued);
    view.set_failovers(status.failovers);
    view.set_epoch(status.epoch);
}

}  // namespace

v1::HeadView view_head(const Observation& seen, const v1::Head& head) {
    v1::HeadView view;
    *view.mutable_head() = head;
    if (head.node() != seen.node) {
        view.set_health(v1::HEALTH_UNKNOWN);
        view.set_problem(fmt::format("it is on node '{}': ask there", head.node()));
        return view;
    }
    if (const auto status = seen.heads.find(model::head_dir(head.uuid()));
        status != seen.heads.end()) {
        add_status(status->second, view);
    }
    for (const auto& path : head.paths()) {
        *view.add_paths() = view_path(seen, head, path);
    }
    view.set_problem(head_problem(seen, view));
    view.set_health(head_health(view));
    return view;
}

v1::NodeView view_node(const Observation& seen, const v1::Node& node) {
    v1::NodeView view;
    *view.mutable_node() = node;
    view_presence(seen, node.name(), view);
    return view;
}

v1::DiskView view_disk(const Observation& seen, const v1::Disk& disk) {
    v1::DiskView view;
    *view.mutable_disk() = disk;
    view.set_free_bytes(plan::free_bytes(seen.cluster, disk));
    if (disk.node() != seen.node) {
        view_disk_elsewhere(seen, disk, view);
        return view;
    }
    view.set_current_path(seen.disks.path_of(disk.uuid()));
    view.set_health(view.current_path().empty() ? v1::HEALTH_DOWN : v1::HEALTH_OK);
    if (const auto twice = seen.disks.ambiguous.find(disk.uuid());
        twice != seen.disks.ambiguous.end()) {
        view.set_problem("its label is on " + twice->second + ": remove the copy");
    } else if (view.current_path().empty()) {
        view.set_problem(missing_words(seen, disk));
    }
    return view;
}

v1::VolumeView view_volume(const Observation& seen, const v1::Volume& volume) {
    v1::VolumeView view;
    *view.mutable_volume() = volume;
    const VolumeState state = volume_state(seen, volume);
    view.set_health(state.health);
    view.set_problem(state.problem);
    view.set_since_unix_s(state.since_unix_s);
    view.mutable_rebuilds()->Assign(state.rebuilds.begin(), state.rebuilds.end());
    view.set_subsystem_nqn(model::subsystem_nqn(volume.uuid()));
    const std::string node = model::Places(seen.cluster).node_of(volume, 0);
    add_portals(find_node(seen.cluster, node), model::controllers_of(volume).front(), view);
    add_controllers(seen.cluster, volume, view);
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
