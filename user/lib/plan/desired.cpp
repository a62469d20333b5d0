// SPDX-License-Identifier: Apache-2.0
// What the store wants of this node's kernel.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/controllers.h"
#include "model/layout.h"
#include "model/names.h"
#include "model/places.h"
#include "plan/parts.h"
#include "plan/planner.h"
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
};

class Builder {
  public:
    Builder(const model::Cluster& cluster, const std::set<std::string>& disks,
            const Settings& settings, const Connections& connections)
        : cluster_(cluster),
          places_(cluster),
          found_(disks),
          settings_(settings),
          connections_(connections) {
        if (const auto node = cluster.nodes.find(settings.node); node != cluster.nodes.end()) {
            portals_ = {node->second.portals().begin(), node->second.portals().end()};
            desired_.node_nqn = model::node_nqn(node->second.uuid());
        }
        desired_.drain_ms = settings.drain_ms;
    }

    Desired build() {
        for (const auto& [name, volume] : cluster_.volumes) {
            if (places_.is_served_by(volume, settings_.node))
                build_whole(volume);
            else
                build_exports(volume, places_.node_of(volume));
        }
        return std::move(desired_);
    }

  private:
    void build_whole(const v1::Volume& volume);
    void build_exports(const v1::Volume& volume, const std::string& node);
    [[nodiscard]] std::string where(const v1::LogicalDisk& member) const;
    [[nodiscard]] std::string why_down(const v1::Volume& volume) const;
    [[nodiscard]] std::string why_unusable(const v1::LogicalDisk& member) const;
    [[nodiscard]] std::string why_unreachable(const v1::Volume& volume) const;
    [[nodiscard]] std::string why_not_served(std::uint32_t port_offset) const;
    [[nodiscard]] std::string why_not_exported(const v1::LogicalDisk& member) const;
    [[nodiscard]] bool is_connected(const v1::LogicalDisk& member) const;
    void add(const v1::Volume& volume);
    void add(const v1::Volume& volume, const v1::Leg& leg, const RemoteMembers& remote);
    void add(DmDevice device) { desired_.kernel.dm[device.uuid] = std::move(device); }
    void add_controller(const v1::Volume& volume, std::uint32_t number);
    void add_member(const v1::Leg& leg, const v1::LogicalDisk& member, const std::string& client);
    void add_export(const Export& wanted);
    void add_ports(const Export& wanted);
    void add_connections(const v1::Volume& volume);
    void add_connection(const v1::LogicalDisk& member);
    void need(std::initializer_list<const char*> modules) {
        desired_.kernel.modules.insert(modules.begin(), modules.end());
    }

    const model::Cluster& cluster_;
    const model::Places places_;
    const std::set<std::string>& found_;
    const Settings& settings_;
    const Connections& connections_;
    std::vector<v1::Portal> portals_;  ///< of this node
    Desired desired_;
};

/// A volume whose controllers are here.
void Builder::build_whole(const v1::Volume& volume) {
    if (volume.deleting()) {
        desired_.forget.insert(volume.uuid());
        return;
    }
    add_connections(volume);
    if (std::string why = why_down(volume); !why.empty())
        desired_.down[volume.uuid()] = std::move(why);
    else
        add(volume);
}

/// The members on this node's disks for the controllers on @p node, also while the volume is being
/// deleted: its record goes when that node has let go of them.
void Builder::build_exports(const v1::Volume& volume, const std::string& node) {
    const auto client = cluster_.nodes.find(node);
    if (client == cluster_.nodes.end() && volume.deleting()) {
        desired_.forget.insert(volume.uuid());
        return;
    }
    std::set<std::string> missing;
    for (const v1::Leg& leg : volume.legs()) {
        for (const v1::LogicalDisk& member : leg.members()) {
            if (places_.node_of(member) != settings_.node)
                continue;
            if (std::string why = why_not_exported(member); !why.empty())
                missing.insert(std::move(why));
            else if (client != cluster_.nodes.end())
                add_member(leg, member, model::node_nqn(client->second.uuid()));
        }
    }
    if (!missing.empty())
        desired_.down[volume.uuid()] = fmt::format("waits for {}", fmt::join(missing, ", "));
}

std::string Builder::where(const v1::LogicalDisk& member) const {
    const v1::Disk* disk = places_.disk(member.disk_uuid());
    return disk == nullptr
               ? fmt::format("disk {}, which the store does not know", member.disk_uuid())
               : fmt::format("disk {} on node {}", disk->name(), disk->node());
}

/// The kernel mends a connection that broke; until then nobody knows what is at its other end.
bool Builder::is_connected(const v1::LogicalDisk& member) const {
    const auto there = connections_.find(model::logical_disk_nqn(member.uuid()));
    return there != connections_.end() && there->second.host_nqn == desired_.node_nqn &&
           there->second.live && !there->second.device.empty();
}

std::string Builder::why_unusable(const v1::LogicalDisk& member) const {
    const std::string node = places_.node_of(member);
    const bool here = node == settings_.node;
    if (node.empty() || (here && !found_.contains(member.disk_uuid())))
        return where(member);
    if (!here && !is_connected(member))
        return fmt::format("a connection to {}", where(member));
    if (member.sync() != v1::LogicalDisk::IN_SYNC)
        return fmt::format("an in-sync copy of what is on {}", where(member));
    return "";
}

/// A leg is assembled only from members that are in-sync: old data is never served.
std::string Builder::why_down(const v1::Volume& volume) const {
    if (std::string why = why_senseless(volume); !why.empty())
        return why;
    std::set<std::string> missing;
    for (const v1::Leg& leg : volume.legs()) {
        for (const v1::LogicalDisk& member : leg.members())
            missing.insert(why_unusable(member));
    }
    missing.erase("");
    if (!missing.empty())
        return fmt::format("waits for {}", fmt::join(missing, ", "));
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
        return where(member);
    return why_not_served(member.port_offset());
}

void Builder::add(const v1::Volume& volume) {
    need({"dm_dnvme", "dm_thin_pool"});
    const RemoteMembers remote = places_.remote_members(volume);
    for (const v1::Leg& leg : volume.legs())
        add(volume, leg, remote);
    if (!volume.standbys().empty())
        need({model::command_module});
    for (std::uint32_t number = 0; model::has_controller(volume, number); number++)
        add_controller(volume, number);
}

void Builder::add(const v1::Volume& volume, const v1::Leg& leg, const RemoteMembers& remote) {
    if (!leg.formatted())
        desired_.unformatted[leg.uuid()] = volume.uuid();
    if (model::has_raid(volume.redundancy()))
        need({"dm_raid", raid_module(volume.redundancy())});
    for (DmDevice& device : leg_devices(leg, volume.redundancy(), remote, settings_.drain_ms))
        add(std::move(device));
}

void Builder::add_controller(const v1::Volume& volume, std::uint32_t number) {
    add(front_device(volume, number, settings_.drain_ms));
    const v1::Controller controller = model::controllers_of(volume)[number];
    add_export({.uuid = controller.uuid(),
                .nqn = model::subsystem_nqn(controller.uuid()),
                .device_uuid = model::dm_uuid(model::DmKind::front, controller.uuid()),
                .nguid = number == 0 ? volume.uuid() : std::string(model::no_nguid),
                .hosts = attached_hosts(cluster_, volume),
                .port_offset = controller.port_offset(),
                .inaccessible = number != volume.owner(),
                .ids = model::controller_ids(volume, number)});
}

/// Its gate is that of the only client which it has.
void Builder::add_member(const v1::Leg& leg, const v1::LogicalDisk& member,
                         const std::string& client) {
    need({"dm_dnvme"});
    add(ld_device(member));
    add(gate_device(leg, member, settings_.drain_ms));
    add_export({.uuid = member.uuid(),
                .nqn = model::logical_disk_nqn(member.uuid()),
                .device_uuid = model::dm_uuid(model::DmKind::gate, member.uuid()),
                .nguid = member.uuid(),
                .hosts = {client},
                .port_offset = member.port_offset()});
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
                                                               .enabled = true}}},
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
            if (places_.node_of(member) != settings_.node)
                add_connection(member);
        }
    }
}

/// Through the first portal of the other node.
void Builder::add_connection(const v1::LogicalDisk& member) {
    const auto node = cluster_.nodes.find(places_.node_of(member));
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
                      const Connections& connections) {
    Desired desired = Builder(cluster, disks, settings, connections).build();
    forget_heads(cluster, settings.node, desired);
    desired.kernel.heads = wanted_heads(cluster, settings.node, paths);
    if (!desired.kernel.heads.empty())
        desired.kernel.modules.insert(model::head_module);
    return desired;
}

}  // namespace dnvme::plan
