// SPDX-License-Identifier: Apache-2.0
// What the store wants of this node's kernel.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/controllers.h"
#include "model/layout.h"
#include "model/names.h"
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

class Builder {
  public:
    Builder(const model::Cluster& cluster, const std::set<std::string>& disks,
            const Settings& settings)
        : cluster_(cluster), found_(disks), settings_(settings) {
        for (const auto& [name, disk] : cluster.disks)
            disks_[disk.uuid()] = &disk;
        if (const auto node = cluster.nodes.find(settings.node); node != cluster.nodes.end())
            portals_ = {node->second.portals().begin(), node->second.portals().end()};
    }

    Desired build() {
        for (const auto& [name, volume] : cluster_.volumes) {
            if (volume.deleting())
                continue;
            if (std::string why = why_down(volume); !why.empty())
                desired_.down[volume.uuid()] = std::move(why);
            else
                add(volume);
        }
        return std::move(desired_);
    }

  private:
    [[nodiscard]] std::string why_down(const v1::Volume& volume) const;
    [[nodiscard]] std::string why_unusable(const v1::LogicalDisk& member) const;
    [[nodiscard]] std::string why_unreachable(const v1::Volume& volume) const;
    void add(const v1::Volume& volume);
    void add(const v1::Volume& volume, const v1::Leg& leg);
    void add(DmDevice device) { desired_.kernel.dm[device.uuid] = std::move(device); }
    void add_controller(const v1::Volume& volume, std::uint32_t number);
    void add_ports(const v1::Controller& controller, const std::string& nqn, bool standby);
    void need(std::initializer_list<const char*> modules) {
        desired_.kernel.modules.insert(modules.begin(), modules.end());
    }

    const model::Cluster& cluster_;
    const std::set<std::string>& found_;
    const Settings& settings_;
    std::map<std::string, const v1::Disk*> disks_;  ///< by uuid
    std::vector<v1::Portal> portals_;               ///< of this node
    Desired desired_;
};

std::string Builder::why_unusable(const v1::LogicalDisk& member) const {
    const auto disk = disks_.find(member.disk_uuid());
    if (disk == disks_.end())
        return fmt::format("disk {}, which the store does not know", member.disk_uuid());
    const std::string where =
        fmt::format("disk {} on node {}", disk->second->name(), disk->second->node());
    if (disk->second->node() != settings_.node || !found_.contains(member.disk_uuid()))
        return where;
    if (member.sync() != v1::LogicalDisk::IN_SYNC)
        return fmt::format("an in-sync copy of what is on {}", where);
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

std::string Builder::why_unreachable(const v1::Volume& volume) const {
    for (const v1::Controller& controller : model::controllers_of(volume)) {
        const std::uint32_t offset = controller.port_offset();
        for (const v1::Portal& portal : portals_) {
            if (portal.port() + offset > model::kMaxTcpPort)
                return fmt::format("waits for a TCP port on {}: {} + {} is beyond {}",
                                   portal.address(), portal.port(), offset, model::kMaxTcpPort);
        }
    }
    return "";
}

void Builder::add(const v1::Volume& volume) {
    need({"dm_dnvme", "dm_thin_pool"});
    for (const v1::Leg& leg : volume.legs())
        add(volume, leg);
    if (!volume.standbys().empty())
        need({model::command_module});
    for (std::uint32_t number = 0; model::has_controller(volume, number); number++)
        add_controller(volume, number);
}

void Builder::add(const v1::Volume& volume, const v1::Leg& leg) {
    if (!leg.formatted())
        desired_.unformatted[leg.uuid()] = volume.uuid();
    if (model::has_raid(volume.redundancy()))
        need({"dm_raid", raid_module(volume.redundancy())});
    for (DmDevice& device : leg_devices(leg, volume.redundancy(), settings_.drain_ms))
        add(std::move(device));
}

void Builder::add_controller(const v1::Volume& volume, std::uint32_t number) {
    need({"nvmet"});
    add(front_device(volume, number, settings_.drain_ms));
    const v1::Controller controller = model::controllers_of(volume)[number];
    const std::string nqn = model::subsystem_nqn(controller.uuid());
    const std::set<std::string> hosts = attached_hosts(cluster_, volume);
    desired_.kernel.hosts.insert(hosts.begin(), hosts.end());
    desired_.kernel.subsystems[nqn] = {
        .nqn = nqn,
        .serial = model::subsystem_serial(controller.uuid()),
        .namespaces = {{model::exported_nsid,
                        {.device_uuid = model::dm_uuid(model::DmKind::front, controller.uuid()),
                         .uuid = controller.uuid(),
                         .nguid = number == 0 ? volume.uuid() : std::string(model::no_nguid),
                         .enabled = true}}},
        .allowed_hosts = hosts,
        .ids = model::controller_ids(volume, number)};
    if (!hosts.empty())
        add_ports(controller, nqn, number != volume.owner());
}

void Builder::add_ports(const v1::Controller& controller, const std::string& nqn, bool standby) {
    for (std::uint32_t i = 0; i < portals_.size(); i++) {
        need({"nvmet_tcp"});
        const std::uint16_t id =
            model::nvmet_port_id(settings_.port_id, i, controller.port_offset());
        const std::uint32_t service = portals_[i].port() + controller.port_offset();
        desired_.kernel.ports[id] = {.id = id,
                                     .address = portals_[i].address(),
                                     .service = static_cast<std::uint16_t>(service),
                                     .subsystems = {nqn},
                                     .inaccessible = standby};
    }
}

}  // namespace

Desired build_desired(const model::Cluster& cluster, const std::set<std::string>& disks,
                      const Settings& settings, const PathDevices& paths) {
    Desired desired = Builder(cluster, disks, settings).build();
    desired.drain_ms = settings.drain_ms;
    desired.kernel.heads = wanted_heads(cluster, settings.node, paths);
    if (!desired.kernel.heads.empty())
        desired.kernel.modules.insert(model::head_module);
    return desired;
}

}  // namespace dnvme::plan
