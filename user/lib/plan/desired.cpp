// SPDX-License-Identifier: Apache-2.0
// What the store wants of this node's kernel.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/dm-dnvme.h>

#include "model/controllers.h"
#include "model/growth.h"
#include "model/handover.h"
#include "model/layout.h"
#include "model/names.h"
#include "model/places.h"
#include "model/redundancy.h"
#include "plan/parts.h"
#include "plan/planner.h"
#include "plan/reach.h"
#include "plan/tables.h"

namespace dnvme::plan {
namespace {

/// A record that no daemon of ours can have written; building from it would hurt.
std::string why_senseless(const v1::Volume& volume) {
    const auto shape = model::shape_of(volume);
    if (!shape)
        return fmt::format("its record is not one of this dnvmed: {}", shape.error().message());
    const int members = static_cast<int>(shape->members);
    if (volume.legs().empty())
        return "its record has no legs";
    if (!model::has_controller(volume, volume.owner()))
        return fmt::format("its record names controller {} as owner, and it has {}", volume.owner(),
                           volume.standbys_size() + 1);
    for (const v1::Leg& leg : volume.legs()) {
        if (leg.members_size() != members || leg.pool_block_bytes() == 0)
            return fmt::format(
                "the record of its leg {} has {} members instead of {} or no block "
                "size",
                leg.uuid(), leg.members_size(), members);
        if (leg.earlier_size() != model::resizes_of(volume))
            return "the records of its legs tell of different numbers of resizes";
    }
    return "";
}

/// What is exported to hosts, or to another node.
struct Export {
    std::string uuid;  ///< subsystem and namespace are named after it
    std::string nqn;
    std::string device_uuid;
    std::string nguid;
    std::set<std::string> hosts;  ///< NQNs; none: no port
    std::uint32_t port_offset = 0;
    bool inaccessible = false;
    model::ControllerIds ids{};
    std::uint64_t size_bytes = 0;
};

class Builder {
  public:
    Builder(const model::Cluster& cluster, const std::set<std::string>& disks,
            const Settings& settings, const KernelState& actual)
        : cluster_(cluster),
          reach_(cluster, disks, settings.node, actual),
          found_(disks),
          settings_(settings) {
        if (const auto node = cluster.nodes.find(settings.node); node != cluster.nodes.end())
            portals_ = {node->second.portals().begin(), node->second.portals().end()};
        desired_.node_nqn = reach_.node_nqn();
        desired_.drain_ms = settings.drain_ms;
    }

    Desired build() {
        for (const auto& [name, volume] : cluster_.volumes) {
            if (places().is_served_by(volume, settings_.node))
                build_whole(volume);
            else
                build_part(volume);
        }
        return std::move(desired_);
    }

  private:
    void build_whole(const v1::Volume& volume);
    void build_part(const v1::Volume& volume);
    void build_exports(const v1::Volume& volume, const std::string& node);
    void add_fences(const v1::Volume& volume);
    void let_go(const v1::Volume& volume);
    void add_controllers(const v1::Volume& volume);
    void tell_absent(const v1::Volume& volume);
    [[nodiscard]] const model::Places& places() const { return reach_.places(); }
    [[nodiscard]] std::string why_down(const v1::Volume& volume) const;
    [[nodiscard]] std::string why_unusable(const v1::LogicalDisk& member) const;
    [[nodiscard]] std::string why_unreachable(const v1::Volume& volume) const;
    [[nodiscard]] std::string why_not_served(std::uint32_t port_offset) const;
    [[nodiscard]] std::string why_not_exported(const v1::LogicalDisk& member) const;
    [[nodiscard]] std::set<std::string> missing(const v1::Volume& volume, const v1::Leg& leg) const;
    [[nodiscard]] std::set<std::string> missing_to_start(const v1::Volume& volume,
                                                         const v1::Leg& leg) const;
    [[nodiscard]] std::set<std::string> missing_to_go_on(const v1::Leg& leg) const;
    [[nodiscard]] LeftOut left_out(const v1::Volume& volume, const v1::Leg& leg) const;
    [[nodiscard]] v1::Volume as_far_as_grown(const v1::Volume& volume);
    void add(const v1::Volume& volume);
    void add(const v1::Volume& volume, const v1::Leg& leg, const RemoteMembers& remote);
    void add(DmDevice device) { desired_.kernel.dm[device.uuid] = std::move(device); }
    void keep(const v1::LogicalDisk& member);
    void lead_back(const v1::Volume& volume, const v1::Leg& leg);
    void add_controller(const v1::Volume& volume, std::uint32_t number);
    void add_member(const v1::Leg& leg, const v1::LogicalDisk& member, const v1::Node& client);
    void add_export(const Export& wanted);
    void add_ports(const Export& wanted);
    void add_connections(const v1::Volume& volume);
    void add_connection(const v1::LogicalDisk& member);
    void need(std::initializer_list<const char*> modules) {
        desired_.kernel.modules.insert(modules.begin(), modules.end());
    }

    const model::Cluster& cluster_;
    const Reach reach_;
    const std::set<std::string>& found_;
    const Settings& settings_;
    std::vector<v1::Portal> portals_;  ///< of this node
    Desired desired_;
};

/// A volume whose owner is here.
void Builder::build_whole(const v1::Volume& volume) {
    if (volume.deleting()) {
        desired_.forget.insert(volume.uuid());
        return;
    }
    add_fences(volume);
    add_connections(volume);
    tell_absent(volume);
    std::string why = why_down(volume);
    if (why.empty()) {
        add(as_far_as_grown(volume));
        if (model::lacks_served(volume))
            desired_.served.push_back(
                {.volume_uuid = volume.uuid(), .epoch = volume.epoch(), .volume = volume.name()});
        return;
    }
    desired_.down[volume.uuid()] = std::move(why);
    for (const v1::Leg& leg : volume.legs())
        lead_back(volume, leg);
}

void Builder::tell_absent(const v1::Volume& volume) {
    std::set<std::string> absent;
    for (const v1::Leg& leg : volume.legs()) {
        for (const v1::LogicalDisk& member : leg.members()) {
            if (member.sync() == v1::LogicalDisk::IN_SYNC)
                absent.insert(reach_.why_absent(member));
        }
    }
    absent.erase("");
    if (!absent.empty())
        desired_.lacking[volume.uuid()] = fmt::format("waits for {}", fmt::join(absent, ", "));
}

/// What holds I/O although its member is there: the disk, or the device of the connection, may be
/// another one by now.
void Builder::lead_back(const v1::Volume& volume, const v1::Leg& leg) {
    const RemoteMembers remote = places().remote_members(volume);
    for (const v1::LogicalDisk& member : leg.members()) {
        const bool shut =
            reach_.has_gate(member, DNVME_STATE_HELD) || reach_.has_gate(member, DNVME_STATE_DEAD);
        if (!shut || !reach_.is_there(member) || member.sync() == v1::LogicalDisk::STALE)
            continue;
        for (DmDevice& device :
             member_devices(leg, member, volume.redundancy(), remote, settings_.drain_ms))
            add(std::move(device));
    }
}

/// A volume whose owner is on another node. Until the owner before has let go the members are its.
void Builder::build_part(const v1::Volume& volume) {
    const bool free = model::has_let_go(volume);
    build_exports(volume, free ? places().node_of(volume)
                               : places().node_of(volume, volume.handover().from()));
    if (volume.deleting())
        return;
    add_fences(volume);
    let_go(volume);
    if (places().has_controller_on(volume, settings_.node))
        add_controllers(volume);
}

/// Below redundancy, where the disks are: there an owner is stopped whatever it does.
void Builder::add_fences(const v1::Volume& volume) {
    if (!model::has_let_go(volume))
        return;
    for (const v1::Leg& leg : volume.legs()) {
        for (const v1::LogicalDisk& member : leg.members()) {
            if (places().node_of(member) != settings_.node ||
                model::is_fenced_off(volume, member) || !found_.contains(member.disk_uuid()))
                continue;
            add(ld_device(member));
            desired_.fence[model::dm_uuid(model::DmKind::gate, member.uuid())] = {
                .volume_uuid = volume.uuid(),
                .epoch = volume.epoch(),
                .member_uuid = member.uuid(),
                .where = reach_.where(member)};
        }
    }
}

void Builder::let_go(const v1::Volume& volume) {
    const v1::Handover& handover = volume.handover();
    if (volume.has_handover() && !handover.released() &&
        places().node_of(volume, handover.from()) == settings_.node)
        desired_.let_go.push_back(
            {.volume_uuid = volume.uuid(), .epoch = volume.epoch(), .volume = volume.name()});
}

/// The members on this node's disks for the owner on @p node, also while the volume is being
/// deleted: its record goes when that node has let go of them. On the very node of an owner that
/// has yet to let go there is nothing to export.
void Builder::build_exports(const v1::Volume& volume, const std::string& node) {
    const auto client = cluster_.nodes.find(node);
    if (client == cluster_.nodes.end() && volume.deleting()) {
        desired_.forget.insert(volume.uuid());
        return;
    }
    std::set<std::string> missing;
    for (const v1::Leg& leg : volume.legs()) {
        for (const v1::LogicalDisk& member : leg.members()) {
            if (places().node_of(member) != settings_.node ||
                (model::has_let_go(volume) && !model::is_fenced_off(volume, member)))
                continue;
            if (model::are_apart(volume))
                need({model::witness_module});
            if (std::string why = why_not_exported(member); !why.empty())
                missing.insert(std::move(why));
            else if (client != cluster_.nodes.end())
                add_member(leg, member, client->second);
        }
    }
    if (!missing.empty() && node != settings_.node)
        desired_.down[volume.uuid()] = fmt::format("waits for {}", fmt::join(missing, ", "));
}

/// Nothing is ever larger than what it stands on: after a resize all legs keep the size that they
/// had until the last of the members on other nodes has grown. Those that are not in sync are taken
/// in when they have (see members.h), so what has grown stays so.
v1::Volume Builder::as_far_as_grown(const v1::Volume& volume) {
    int resizes = model::resizes_of(volume);
    if (resizes == 0)
        return volume;
    std::set<std::string> late;
    for (const v1::Leg& leg : volume.legs()) {
        const auto sizes = model::sizes_of(leg);
        for (const v1::LogicalDisk& member : leg.members()) {
            if (member.sync() != v1::LogicalDisk::IN_SYNC)
                continue;
            const std::uint64_t there = reach_.size_there(member);
            if (there < member.size_bytes())
                late.insert(reach_.where(member));
            while (resizes > 0 && there < sizes[static_cast<std::size_t>(resizes)].member_bytes())
                resizes--;
        }
    }
    if (!late.empty())
        desired_.growing[volume.uuid()] =
            fmt::format("waits until its members have grown: {}", fmt::join(late, ", "));
    return model::as_of(volume, resizes);
}

std::string Builder::why_unusable(const v1::LogicalDisk& member) const {
    if (std::string why = reach_.why_absent(member); !why.empty())
        return why;
    if (member.sync() != v1::LogicalDisk::IN_SYNC)
        return fmt::format("an in-sync copy of what is on {}", reach_.where(member));
    return "";
}

/// Members that are recorded in-sync are waited for until they are there, or recorded stale; those
/// that are not are left out where the rest is enough: old data is never served. What parity gives
/// for a missing member is right only if nothing was being written when the leg stopped, which
/// nobody knows.
std::set<std::string> Builder::missing_to_start(const v1::Volume& volume,
                                                const v1::Leg& leg) const {
    std::vector<bool> in_sync;
    std::set<std::string> all;
    std::set<std::string> absent;
    for (const v1::LogicalDisk& member : leg.members()) {
        in_sync.push_back(member.sync() == v1::LogicalDisk::IN_SYNC);
        all.insert(why_unusable(member));
        if (in_sync.back())
            absent.insert(reach_.why_absent(member));
    }
    const bool may_lack = leg.formatted() && !model::has_parity(volume.redundancy()) &&
                          model::has_raid(volume.redundancy());
    return may_lack && model::survives(volume.redundancy(), in_sync) ? absent : all;
}

/// While a member gate holds, whatever is done to what stands above it would wait, too.
std::set<std::string> Builder::missing_to_go_on(const v1::Leg& leg) const {
    std::set<std::string> held;
    for (const v1::LogicalDisk& member : leg.members()) {
        if (member.sync() != v1::LogicalDisk::IN_SYNC &&
            member.sync() != v1::LogicalDisk::REBUILDING)
            continue;
        const std::string why = reach_.why_absent(member);
        if (!reach_.is_in_array(leg, member))
            held.insert(why);
        if (!reach_.has_gate(member, DNVME_STATE_HELD))
            continue;
        held.insert((why.empty() ? "an answer without error from " + reach_.where(member) : why) +
                    ", and holds I/O");
    }
    return held;
}

std::set<std::string> Builder::missing(const v1::Volume& volume, const v1::Leg& leg) const {
    return leg.formatted() && reach_.runs(leg) ? missing_to_go_on(leg)
                                               : missing_to_start(volume, leg);
}

std::string Builder::why_down(const v1::Volume& volume) const {
    if (std::string why = why_senseless(volume); !why.empty())
        return why;
    if (!model::has_let_go(volume))
        return fmt::format("waits for node {} to let go of it",
                           places().node_of(volume, volume.handover().from()));
    std::set<std::string> all;
    for (const v1::Leg& leg : volume.legs())
        all.merge(missing(volume, leg));
    all.erase("");
    if (!all.empty())
        return fmt::format("waits for {}", fmt::join(all, ", "));
    return why_unreachable(volume);
}

std::string Builder::why_not_served(std::uint32_t port_offset) const {
    for (const v1::Portal& portal : portals_) {
        if (portal.port() + port_offset > model::kMaxTcpPort)
            return fmt::format("a TCP port on {}: {} + {} is beyond {}", portal.address(),
                               portal.port(), port_offset, model::kMaxTcpPort);
    }
    return "";
}

std::string Builder::why_unreachable(const v1::Volume& volume) const {
    for (const v1::Controller& controller : model::controllers_of(volume)) {
        if (const std::string why = why_not_served(controller.port_offset()); !why.empty())
            return fmt::format("waits for {}", why);
    }
    return "";
}

std::string Builder::why_not_exported(const v1::LogicalDisk& member) const {
    if (!found_.contains(member.disk_uuid()))
        return reach_.where(member);
    return why_not_served(member.port_offset());
}

void Builder::add(const v1::Volume& volume) {
    need({"dm_dnvme", "dm_thin_pool"});
    if (model::are_apart(volume))
        need({model::witness_module});
    const RemoteMembers remote = places().remote_members(volume);
    for (const v1::Leg& leg : volume.legs())
        add(volume, leg, remote);
    add_controllers(volume);
}

/// Those that are here.
void Builder::add_controllers(const v1::Volume& volume) {
    need({"dm_dnvme"});
    if (!volume.standbys().empty())
        need({model::command_module});
    for (std::uint32_t number = 0; model::has_controller(volume, number); number++) {
        const std::string node = places().node_of(volume, number);
        if (node.empty() || node == settings_.node)
            add_controller(volume, number);
    }
}

void Builder::add(const v1::Volume& volume, const v1::Leg& leg, const RemoteMembers& remote) {
    if (!leg.formatted())
        desired_.unformatted[leg.uuid()] = volume.uuid();
    if (model::has_raid(volume.redundancy()))
        need({"dm_raid", raid_module(volume.redundancy())});
    const LeftOut without = left_out(volume, leg);
    for (DmDevice& device :
         leg_devices(leg, volume.redundancy(), remote, without, settings_.drain_ms))
        add(std::move(device));
    if (model::has_lease(volume))
        add(lease_device(leg, without));
    for (const v1::LogicalDisk& member : leg.members()) {
        if (!without.contains(member.uuid()) && !reach_.is_there(member))
            keep(member);
    }
}

/// One that is being rebuilt is trusted with nothing: a leg starts without it.
LeftOut Builder::left_out(const v1::Volume& volume, const v1::Leg& leg) const {
    LeftOut uuids;
    for (const v1::LogicalDisk& member : leg.members()) {
        const bool rebuilds = member.sync() == v1::LogicalDisk::REBUILDING && reach_.runs(leg);
        if (member.sync() != v1::LogicalDisk::IN_SYNC && !rebuilds &&
            model::has_raid(volume.redundancy()))
            uuids.insert(member.uuid());
    }
    return uuids;
}

/// The leg runs, and nothing was lost yet: what is there of a member that is away just now stays as
/// it is.
void Builder::keep(const v1::LogicalDisk& member) {
    std::vector<std::string> parts = member_parts(member);
    for (std::string& gate : member_gates(member))
        parts.push_back(std::move(gate));
    for (const std::string& uuid : parts) {
        if (const auto there = reach_.actual().dm.find(uuid); there != reach_.actual().dm.end()) {
            add(there->second);
            desired_.kernel.dm.at(uuid).suspended = false;
        }
    }
}

void Builder::add_controller(const v1::Volume& volume, std::uint32_t number) {
    add(front_device(volume, number, settings_.drain_ms));
    const v1::Controller controller = model::controllers_of(volume)[number];
    const std::string uuid = model::exported_uuid(volume, controller);
    add_export({.uuid = uuid,
                .nqn = model::subsystem_nqn(uuid),
                .device_uuid = model::dm_uuid(model::DmKind::front, controller.uuid()),
                .nguid = uuid == volume.uuid() ? uuid : std::string(model::no_nguid),
                .hosts = attached_hosts(cluster_, volume),
                .port_offset = controller.port_offset(),
                .inaccessible = number != volume.owner(),
                .ids = model::controller_ids(volume, number),
                .size_bytes = volume.size_bytes()});
}

/// Its gate is that of the only client which it has.
void Builder::add_member(const v1::Leg& leg, const v1::LogicalDisk& member,
                         const v1::Node& client) {
    need({"dm_dnvme"});
    add(ld_device(member));
    add(gate_device(leg, member, settings_.drain_ms));
    if (client.name() == settings_.node)
        return;
    add_export({.uuid = member.uuid(),
                .nqn = model::logical_disk_nqn(member.uuid()),
                .device_uuid = model::dm_uuid(model::DmKind::gate, member.uuid()),
                .nguid = member.uuid(),
                .hosts = {model::node_nqn(client.uuid())},
                .port_offset = member.port_offset(),
                .size_bytes = member.size_bytes()});
}

void Builder::add_export(const Export& wanted) {
    need({"nvmet"});
    desired_.kernel.hosts.insert(wanted.hosts.begin(), wanted.hosts.end());
    desired_.kernel.subsystems[wanted.nqn] = {.nqn = wanted.nqn,
                                              .serial = model::subsystem_serial(wanted.uuid),
                                              .namespaces = {{model::exported_nsid,
                                                              {.device_uuid = wanted.device_uuid,
                                                               .uuid = wanted.uuid,
                                                               .nguid = wanted.nguid,
                                                               .enabled = true,
                                                               .size_bytes = wanted.size_bytes}}},
                                              .allowed_hosts = wanted.hosts,
                                              .ids = wanted.ids};
    if (!wanted.hosts.empty())
        add_ports(wanted);
}

void Builder::add_ports(const Export& wanted) {
    for (std::uint32_t i = 0; i < portals_.size(); i++) {
        need({"nvmet_tcp"});
        const std::uint16_t id = model::nvmet_port_id(settings_.port_id, i, wanted.port_offset);
        const std::uint32_t service = portals_[i].port() + wanted.port_offset;
        desired_.kernel.ports[id] = {.id = id,
                                     .address = portals_[i].address(),
                                     .service = static_cast<std::uint16_t>(service),
                                     .subsystems = {wanted.nqn},
                                     .inaccessible = wanted.inaccessible};
    }
}

/// Also while the volume is down: it waits for them.
void Builder::add_connections(const v1::Volume& volume) {
    for (const v1::Leg& leg : volume.legs()) {
        for (const v1::LogicalDisk& member : leg.members()) {
            if (places().node_of(member) != settings_.node && model::is_fenced_off(volume, member))
                add_connection(member);
        }
    }
}

/// Through the first portal of the other node.
void Builder::add_connection(const v1::LogicalDisk& member) {
    const auto node = cluster_.nodes.find(places().node_of(member));
    if (desired_.node_nqn.empty() || node == cluster_.nodes.end() || node->second.portals().empty())
        return;
    const v1::Portal& portal = node->second.portals(0);
    const std::uint32_t service = portal.port() + member.port_offset();
    if (!member.has_port_offset() || service > model::kMaxTcpPort)
        return;
    need({model::initiator_module});
    const std::string nqn = model::logical_disk_nqn(member.uuid());
    desired_.kernel.connections[nqn] = {.nqn = nqn,
                                        .address = portal.address(),
                                        .service = static_cast<std::uint16_t>(service),
                                        .host_nqn = desired_.node_nqn,
                                        .live = false,
                                        .device = ""};
}

/// Those of this node, and of nodes that are no more.
void forget_heads(const model::Cluster& cluster, const std::string& node, Desired& desired) {
    for (const auto& [name, head] : cluster.heads) {
        if (head.deleting() && (head.node() == node || !cluster.nodes.contains(head.node())))
            desired.forget.insert(head.uuid());
    }
}

}  // namespace

Desired build_desired(const model::Cluster& cluster, const std::set<std::string>& disks,
                      const Settings& settings, const PathDevices& paths,
                      const KernelState& actual) {
    Desired desired = Builder(cluster, disks, settings, actual).build();
    forget_heads(cluster, settings.node, desired);
    desired.kernel.heads = wanted_heads(cluster, settings.node, paths);
    if (!desired.kernel.heads.empty())
        desired.kernel.modules.insert(model::head_module);
    return desired;
}

}  // namespace dnvme::plan
