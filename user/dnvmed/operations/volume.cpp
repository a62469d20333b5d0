// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/unix_time.h"
#include "base/uuid.h"
#include "failover.h"
#include "model/controllers.h"
#include "model/handover.h"
#include "model/layout.h"
#include "model/places.h"
#include "operations/disk_checks.h"
#include "operations/intent.h"
#include "plan/place_legs.h"
#include "view.h"

namespace dnvme::daemon {

namespace {

/// What the request says, with the defaults of those fields that it leaves at zero.
struct Wish {
    std::uint32_t legs;
    std::uint64_t chunk;
    model::Shape shape;
};

Result<Wish> fill_in(const v1::CreateVolumeRequest& request) {
    const bool unspecified = request.redundancy() == v1::REDUNDANCY_UNSPECIFIED;
    const auto shape = model::make_shape(unspecified ? v1::REDUNDANCY_NONE : request.redundancy(),
                                         request.members());
    if (!shape) {
        return pass(shape.error());
    }
    return Wish{
        .legs = request.legs() == 0 ? 1 : request.legs(),
        .chunk = request.chunk_bytes() == 0 ? model::kDefaultChunk : request.chunk_bytes(),
        .shape = *shape,
    };
}

Result<std::uint32_t> count_standbys(const v1::CreateVolumeRequest& request) {
    const auto named = static_cast<std::uint32_t>(request.standby_nodes_size());
    const std::uint32_t standbys = request.standbys() == 0 ? named : request.standbys();
    if (standbys > model::kMaxStandbys) {
        return fail(Code::invalid, fmt::format("{} standbys are not possible: expected 0 to {}",
                                               standbys, model::kMaxStandbys));
    }
    if (named != 0 && named != standbys) {
        return fail(Code::invalid, fmt::format("{} nodes are named for {} standbys: name as many",
                                               named, standbys));
    }
    return standbys;
}

/// The cluster with only those disks that are there, and the names of the others. Of the disks of
/// other nodes this one knows nothing better.
Result<std::vector<std::string>> drop_absent_disks(const Context& context,
                                                   model::Cluster& cluster) {
    const auto present = present_disks(context);
    if (!present) {
        return pass(present.error());
    }
    std::vector<std::string> absent;
    for (const auto& [name, disk] : cluster.disks) {
        if (disk.node() == context.node && !present->contains(disk.uuid())) {
            absent.push_back(name);
        }
    }
    for (const auto& name : absent) {
        cluster.disks.erase(name);
    }
    return absent;
}

Result<plan::Pins> pins_of(const v1::CreateVolumeRequest& request, const Wish& wish) {
    std::vector<plan::Pin> pins;
    for (const auto& pin : request.pins()) {
        pins.push_back({.leg = pin.leg(), .member = pin.member(), .disk = pin.disk()});
    }
    return plan::make_pins(pins, wish.legs, wish.shape.members);
}

Result<plan::PlacedLegs> place(const Context& context, const plan::LegsWanted& wanted) {
    model::Cluster present = context.cluster;
    const auto absent = drop_absent_disks(context, present);
    if (!absent) {
        return pass(absent.error());
    }
    auto legs = plan::place_legs(present, wanted);
    if (!legs && !absent->empty()) {
        return fail(legs.error().code(),
                    fmt::format("{} (not counting what is not there now: {})",
                                legs.error().message(), fmt::join(*absent, ", ")));
    }
    return legs;
}

Result<plan::PlacedLegs> place(const Context& context, const v1::CreateVolumeRequest& request,
                               const Wish& wish, const model::VolumeLayout& layout) {
    const auto pins = pins_of(request, wish);
    if (!pins) {
        return pass(pins.error());
    }
    return place(context, plan::LegsWanted{.legs = wish.legs,
                                           .shape = wish.shape,
                                           .layout = layout.leg,
                                           .rules = request.placement(),
                                           .pins = *pins});
}

/// As asked for; empty if nothing was.
void record_rules(const v1::CreateVolumeRequest& request, v1::Volume& volume) {
    v1::PlacementRules rules = request.placement();
    rules.set_pinned(!request.pins().empty());
    if (rules.ByteSizeLong() != 0) {
        *volume.mutable_placement() = rules;
    }
}

v1::Volume make_volume(const std::string& name, const Wish& wish, std::uint64_t size) {
    v1::Volume volume;
    volume.set_uuid(make_uuid());
    volume.set_name(name);
    volume.set_size_bytes(size);
    volume.set_chunk_bytes(wish.chunk);
    volume.set_redundancy(wish.shape.redundancy);
    volume.set_members(model::recorded_members(wish.shape));
    volume.set_epoch(1);
    return volume;
}

/// As named, or else as chosen; none if all controllers are on @p node.
Result<std::vector<std::string>> nodes_of_standbys(const model::Cluster& cluster,
                                                   const v1::CreateVolumeRequest& request,
                                                   const v1::Volume& volume,
                                                   const std::string& node) {
    const std::vector<std::string> named(request.standby_nodes().begin(),
                                         request.standby_nodes().end());
    if (named.empty()) {
        return model::standby_nodes(cluster, volume, node, request.standbys());
    }
    std::set<std::string> taken{node};
    for (const std::string& name : named) {
        if (auto known = find(cluster.nodes, "node", name); !known) {
            return pass(known.error());
        }
        if (!taken.insert(name).second) {
            return fail(Code::invalid, fmt::format("node '{}' would have two controllers of the "
                                                   "volume: name others, each once",
                                                   name));
        }
    }
    return named;
}

/// Controller 0 and @p standbys more, each on a TCP port of its own and, if there are any, on its
/// own of the nodes.
Status add_controllers(model::Cluster cluster, v1::Volume& volume, std::uint32_t standbys,
                       const std::vector<std::string>& nodes) {
    const auto port = model::free_port_offset(cluster);
    if (!port) {
        return pass(port.error());
    }
    volume.set_port_offset(*port);
    for (std::uint32_t i = 0; i < standbys; ++i) {
        cluster.volumes[volume.name()] = volume;
        const auto next = model::free_port_offset(cluster);
        if (!next) {
            return pass(next.error());
        }
        v1::Controller& standby = *volume.add_standbys();
        standby.set_uuid(make_uuid());
        standby.set_port_offset(*next);
        standby.set_node(nodes.empty() ? "" : nodes.at(i));
    }
    return {};
}

struct Design {
    v1::Volume volume;
    std::vector<std::string> notes;
};

Result<Design> design(const Context& context, const v1::CreateVolumeRequest& request) {
    const auto wish = fill_in(request);
    if (!wish) {
        return pass(wish.error());
    }
    const auto standbys = count_standbys(request);
    if (!standbys) {
        return pass(standbys.error());
    }
    const auto layout =
        model::layout_volume(request.size_bytes(), wish->legs, wish->chunk, wish->shape);
    if (!layout) {
        return pass(layout.error());
    }
    const std::string& node = request.node().empty() ? context.node : request.node();
    if (auto known = find(context.cluster.nodes, "node", node); !known) {
        return pass(known.error());
    }
    auto legs = place(context, request, *wish, *layout);
    if (!legs) {
        return pass(legs.error());
    }
    v1::Volume volume = make_volume(request.name(), *wish, layout->size);
    volume.mutable_legs()->Assign(legs->legs.begin(), legs->legs.end());
    record_rules(request, volume);
    const std::string home = request.node().empty()
                                 ? model::busiest_node(model::Places(context.cluster), volume)
                                 : request.node();
    const auto nodes = nodes_of_standbys(context.cluster, request, volume, home);
    if (!nodes) {
        return pass(nodes.error());
    }
    if (auto added = add_controllers(context.cluster, volume, *standbys, *nodes); !added) {
        return pass(added.error());
    }
    if (auto settled = model::settle(context.cluster, volume, home); !settled) {
        return pass(settled.error());
    }
    return Design{.volume = std::move(volume), .notes = std::move(legs->notes)};
}

/// Shows the volume at the end of its creation or of an attach.
auto show(const std::string& name) {
    return [name](const Observation& seen) -> Result<std::optional<v1::Event>> {
        v1::Event event;
        *event.mutable_volume() = view_volume(seen, seen.cluster.volumes.at(name));
        return std::optional(event);
    };
}

/// For undo: an edit of the volume as it is by then, or none if it is gone.
std::vector<Edit> edit_volume(const model::Cluster& cluster, const std::string& name,
                              const std::function<void(v1::Volume&)>& change) {
    const auto found = cluster.volumes.find(name);
    if (found == cluster.volumes.end()) {
        return {};
    }
    v1::Volume volume = found->second;
    change(volume);
    return {volume};
}

bool is_attached(const v1::Volume& volume, const std::string& host) {
    return std::ranges::find(volume.hosts(), host) != volume.hosts().end();
}

void add_host(v1::Volume& volume, const std::string& host) {
    volume.add_hosts(host);
    std::ranges::sort(*volume.mutable_hosts());
}

void remove_host(v1::Volume& volume, const std::string& host) {
    auto& hosts = *volume.mutable_hosts();
    hosts.erase(std::remove(hosts.begin(), hosts.end(), host), hosts.end());
}

/// A host that was told "detached" must not be able to write any more.
Status check_cut_off(const plan::KernelState& kernel, const v1::Volume& volume,
                     const std::string& host_nqn) {
    for (const auto& controller : model::controllers_of(volume)) {
        const auto subsystem = kernel.subsystems.find(model::exported_nqn(volume, controller));
        if (subsystem != kernel.subsystems.end() &&
            subsystem->second.allowed_hosts.contains(host_nqn)) {
            return fail(Code::internal, "the host may still be connected: dnvmed goes on trying");
        }
    }
    return {};
}

Status check_new_volume_name(const Context& context, const std::string& name) {
    if (const auto old = context.cluster.volumes.find(name); old != context.cluster.volumes.end()) {
        if (auto stays = check_not_deleting("volume", old->second); !stays) {
            return stays;
        }
    }
    return check_new_name(context.cluster.volumes, "volume", name);
}

/// The two that a request attaches or detaches.
struct Attachment {
    v1::Volume volume;
    v1::Host host;
};

Result<Attachment> find_both(const model::Cluster& cluster, const v1::AttachRequest& request) {
    auto volume = find(cluster.volumes, "volume", request.volume());
    if (!volume) {
        return pass(volume.error());
    }
    auto host = find(cluster.hosts, "host", request.host());
    if (!host) {
        return pass(host.error());
    }
    return Attachment{.volume = *volume, .host = *host};
}

/// Shows the volume when its new owner serves it.
auto show_served(const std::string& name) {
    return [show = show(name)](const Observation& seen) -> Result<std::optional<v1::Event>> {
        auto shown = show(seen);
        if (shown && (*shown)->volume().health() == v1::HEALTH_DOWN) {
            return fail(Code::conflict, fmt::format("its new owner does not serve it yet: it {} "
                                                    "(dnvmed goes on trying)",
                                                    (*shown)->volume().problem()));
        }
        return shown;
    };
}

/// Without its node nobody tells what the owner has in flight: the members' receipts have to.
Status check_force(const Context& context, const v1::Volume& volume, std::uint32_t controller) {
    const model::Places places(context.cluster);
    const std::string next = places.node_of(volume, controller);
    if (!context.statuses.online.contains(next)) {
        return fail(Code::precondition,
                    fmt::format("node '{}' of controller {} is offline: it cannot take over", next,
                                controller));
    }
    const std::string owner = places.node_of(volume);
    if (context.statuses.online.contains(owner)) {
        return fail(Code::precondition,
                    fmt::format("node '{}', which owns volume '{}', is online: do it without force",
                                owner, volume.name()));
    }
    if (const auto missed = nodes_missed(places, context.statuses, volume); !missed.empty()) {
        return fail(
            Code::precondition,
            fmt::format("the members of volume '{}' on nodes that are online are not enough "
                        "to go on with: it needs {}",
                        volume.name(), fmt::join(missed, ", ")));
    }
    return {};
}

/// One change after the other.
Status check_handover(const Context& context, const v1::Volume& volume,
                      const v1::ActivateVolumeRequest& request) {
    if (!model::may_hand_over(volume)) {
        const std::string before =
            model::Places(context.cluster).node_of(volume, volume.handover().from());
        return fail(Code::precondition,
                    fmt::format("node '{}', from which volume '{}' was taken, has yet to let go of "
                                "it: start its daemon first",
                                before, volume.name()));
    }
    if (request.force()) {
        return check_force(context, volume, request.controller());
    }
    if (!model::is_handed_over(volume)) {
        return fail(Code::precondition,
                    fmt::format("the last change of the owner of volume '{}' is not done yet: "
                                "'dnvmectl volume show {}' tells what it waits for",
                                volume.name(), volume.name()));
    }
    return {};
}

Status check_new_owner(const v1::Volume& volume, std::uint32_t controller) {
    if (!model::has_controller(volume, controller)) {
        return fail(Code::not_found,
                    fmt::format("volume '{}' has no controller {}: it has {}, counted from 0",
                                volume.name(), controller, volume.standbys_size() + 1));
    }
    if (volume.owner() == controller) {
        return fail(Code::exists, fmt::format("controller {} owns volume '{}' already", controller,
                                              volume.name()));
    }
    return {};
}

}  // namespace

Result<Intent> create_volume(const Context& context, const v1::CreateVolumeRequest& request) {
    if (auto named = check_new_volume_name(context, request.name()); !named) {
        return pass(named.error());
    }
    auto designed = design(context, request);
    if (!designed) {
        return pass(designed.error());
    }
    const v1::Volume& volume = designed->volume;
    Intent intent;
    intent.what = fmt::format("create volume '{}'", volume.name());
    intent.notes = std::move(designed->notes);
    intent.edits = {volume};
    intent.owners = {volume.uuid()};
    if (!volume.standbys().empty()) {
        intent.owners.emplace_back(model::command_module);
    }
    intent.undo = [name = volume.name()](const model::Cluster& cluster) {
        return edit_volume(cluster, name, [](v1::Volume& v) { v.set_deleting(true); });
    };
    intent.finish = show(volume.name());
    return intent;
}

Result<Intent> delete_volume(const Context& context, const v1::DeleteRequest& request) {
    auto volume = find(context.cluster.volumes, "volume", request.name());
    if (!volume) {
        return pass(volume.error());
    }
    if (!volume->hosts().empty()) {
        return fail(Code::precondition,
                    fmt::format("volume '{}' is attached: detach it first from {}", volume->name(),
                                fmt::join(volume->hosts(), ", ")));
    }
    volume->set_deleting(true);
    Intent intent;
    intent.what = fmt::format("delete volume '{}'", volume->name());
    intent.edits = {*volume};
    intent.owners = {volume->uuid()};
    intent.finish = [name = volume->name()](const Observation& seen) {
        return check_gone(seen.cluster.volumes, name);
    };
    return intent;
}

Result<Intent> attach_volume(const Context& context, const v1::AttachRequest& request) {
    auto found = find_both(context.cluster, request);
    if (!found) {
        return pass(found.error());
    }
    auto& [volume, host] = *found;
    if (auto stays = check_not_deleting("volume", volume); !stays) {
        return pass(stays.error());
    }
    if (auto stays = check_not_deleting("host", host); !stays) {
        return pass(stays.error());
    }
    if (is_attached(volume, host.name())) {
        return fail(Code::exists, fmt::format("volume '{}' is attached to host '{}' already",
                                              volume.name(), host.name()));
    }
    add_host(volume, host.name());
    Intent intent;
    intent.what = fmt::format("attach volume '{}' to host '{}'", volume.name(), host.name());
    intent.edits = {volume};
    intent.owners = {host.nqn(), volume.uuid()};
    intent.needs = volume.uuid();
    intent.undo = [name = volume.name(), host = host.name()](const model::Cluster& cluster) {
        return edit_volume(cluster, name, [&](v1::Volume& v) { remove_host(v, host); });
    };
    intent.finish = show(volume.name());
    return intent;
}

Result<Intent> detach_volume(const Context& context, const v1::AttachRequest& request) {
    auto found = find_both(context.cluster, request);
    if (!found) {
        return pass(found.error());
    }
    auto& [volume, host] = *found;
    if (!is_attached(volume, host.name())) {
        return fail(Code::precondition, fmt::format("volume '{}' is not attached to host '{}'",
                                                    volume.name(), host.name()));
    }
    remove_host(volume, host.name());
    Intent intent;
    intent.what = fmt::format("detach volume '{}' from host '{}'", volume.name(), host.name());
    intent.edits = {volume};
    intent.owners = {volume.uuid(), host.nqn()};
    intent.finish = [volume = volume, nqn = host.nqn(),
                     show = show(volume.name())](const Observation& seen) {
        auto cut = check_cut_off(seen.kernel, volume, nqn);
        return cut ? show(seen) : pass(cut.error());
    };
    return intent;
}

/// Not taken back when it fails: the old owner may be fenced by then, and only what was begun leads
/// out of that.
Result<Intent> activate_volume(const Context& context, const v1::ActivateVolumeRequest& request) {
    auto volume = find(context.cluster.volumes, "volume", request.volume());
    if (!volume) {
        return pass(volume.error());
    }
    if (auto stays = check_not_deleting("volume", *volume); !stays) {
        return pass(stays.error());
    }
    if (auto possible = check_new_owner(*volume, request.controller()); !possible) {
        return pass(possible.error());
    }
    if (auto can = check_handover(context, *volume, request); !can) {
        return pass(can.error());
    }
    Intent intent;
    if (request.force()) {
        intent.without = {model::Places(context.cluster).node_of(*volume)};
    } else if (!model::are_apart(*volume)) {
        intent.needs = volume->uuid();
    }
    model::change_owner(*volume, request.controller());
    if (request.force()) {
        model::force_handover(*volume);
    }
    model::record_decision(*volume, unix_now_ms());
    intent.what =
        fmt::format("activate controller {} of volume '{}'", volume->owner(), volume->name());
    intent.edits = {*volume};
    intent.owners = {volume->uuid()};
    intent.finish = show_served(volume->name());
    return intent;
}

}  // namespace dnvme::daemon
