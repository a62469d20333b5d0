// SPDX-License-Identifier: Apache-2.0
#include "random_cluster.h"

#include <fmt/format.h>

#include "model/growth.h"
#include "sample.h"

namespace dnvme::plan {
namespace {

void attach_some(model::Cluster& cluster, v1::Volume& volume, Random& random) {
    volume.clear_hosts();
    for (const auto& [name, host] : cluster.hosts) {
        if (one_in(random, 2))
            attach(volume, name);
    }
}

void own_by_any(v1::Volume& volume, Random& random) {
    const auto controllers = static_cast<unsigned>(volume.standbys_size()) + 1;
    volume.set_owner(random() % controllers);
}

/// In legs that are in use one half of a mirror may have been left behind.
void lose_some(v1::Volume& volume, Random& random) {
    for (v1::Leg& leg : *volume.mutable_legs()) {
        for (v1::LogicalDisk& member : *leg.mutable_members())
            member.set_sync(v1::LogicalDisk::IN_SYNC);
        if (leg.formatted() && leg.members_size() == 2 && one_in(random, 3))
            leg.mutable_members(static_cast<int>(random() % 2))->set_sync(v1::LogicalDisk::STALE);
    }
}

/// Only what was built before can be resized.
void grow_some(model::Cluster& cluster, const std::string& name, Random& random) {
    for (const v1::Leg& leg : cluster.volumes.at(name).legs()) {
        if (!leg.formatted())
            return;
    }
    while (one_in(random, 3))
        grow(cluster, name, (1 + random() % 40) << 30);
}

void add_random_volume(model::Cluster& cluster, int number, Random& random) {
    v1::Volume& volume =
        add_volume(cluster, fmt::format("v{}", number), static_cast<int>(1 + random() % 3),
                   one_in(random, 2) ? v1::REDUNDANCY_NONE : v1::REDUNDANCY_RAID1);
    volume.set_deleting(one_in(random, 4));
    while (one_in(random, 2) && volume.standbys_size() < 3)
        add_standby(volume);
    own_by_any(volume, random);
    for (v1::Leg& leg : *volume.mutable_legs())
        leg.set_formatted(!one_in(random, 3));
    lose_some(volume, random);
    attach_some(cluster, volume, random);
    grow_some(cluster, fmt::format("v{}", number), random);
}

/// Nobody holds it, so it could have gone.
bool is_top(const KernelState& kernel, const std::string& uuid) {
    const std::string reference = "{dm:" + uuid + "}";
    for (const auto& [other, device] : kernel.dm) {
        if (device.table.at(0).params.find(reference) != std::string::npos)
            return false;
    }
    for (const auto& [nqn, subsystem] : kernel.subsystems) {
        for (const auto& [nsid, ns] : subsystem.namespaces) {
            if (ns.device_uuid == uuid)
                return false;
        }
    }
    return true;
}

void damage_devices(KernelState& kernel, Random& random) {
    for (auto& [uuid, device] : kernel.dm) {
        device.suspended = one_in(random, 10);
        if (one_in(random, 20))
            device.name += "-renamed";
        if (device.table.at(0).type == "dnvme" && one_in(random, 5))
            device.table[0].params += "0";
    }
    for (auto device = kernel.dm.begin(); device != kernel.dm.end();)
        device = is_top(kernel, device->first) && one_in(random, 3) ? kernel.dm.erase(device)
                                                                    : std::next(device);
}

void damage_subsystem(NvmetSubsystem& subsystem, Random& random) {
    if (one_in(random, 8))
        subsystem.serial = "other";
    if (one_in(random, 8))
        subsystem.ids.last--;
    for (auto& [nsid, ns] : subsystem.namespaces) {
        if (one_in(random, 8))
            ns.enabled = false;
        if (one_in(random, 8))
            ns.nguid = "other";
        if (one_in(random, 8))
            ns.device_uuid = "";
    }
    if (one_in(random, 8))
        subsystem.namespaces.clear();
    if (one_in(random, 8))
        subsystem.namespaces[7] = {};
    if (one_in(random, 8))
        subsystem.allowed_hosts.clear();
}

void damage_port(NvmetPort& port, Random& random) {
    if (one_in(random, 6))
        port.subsystems.clear();
    if (one_in(random, 8))
        port.address = "192.0.2.99";
    if (one_in(random, 8))
        port.service++;
    if (one_in(random, 4))
        port.inaccessible = !port.inaccessible;
}

}  // namespace

bool one_in(Random& random, unsigned n) {
    return random() % n == 0;
}

model::Cluster random_cluster(Random& random) {
    model::Cluster cluster = sample_cluster();
    const int volumes = static_cast<int>(random() % 5);
    for (int i = 0; i < volumes; i++)
        add_random_volume(cluster, i, random);
    for (auto& [name, host] : cluster.hosts)
        host.set_deleting(one_in(random, 5));
    return cluster;
}

KernelState random_past(const model::Cluster& cluster, Random& random) {
    model::Cluster past = cluster;
    add_random_volume(past, 90, random);
    for (auto& [name, host] : past.hosts)
        host.set_deleting(false);
    for (auto& [name, volume] : past.volumes) {
        volume.set_deleting(one_in(random, 4));
        lose_some(volume, random);
        attach_some(past, volume, random);
        if (one_in(random, 4))
            volume.set_epoch(volume.epoch() + 1);
        if (one_in(random, 2))
            own_by_any(volume, random);
        if (one_in(random, 2))
            volume = model::as_of(
                volume, static_cast<int>(random() %
                                         (1U + static_cast<unsigned>(model::resizes_of(volume)))));
        for (v1::Leg& leg : *volume.mutable_legs()) {
            if (one_in(random, 4))
                leg.set_epoch(leg.epoch() + 1);
        }
    }
    return built(past);
}

void damage(KernelState& kernel, Random& random) {
    damage_devices(kernel, random);
    for (auto& [nqn, subsystem] : kernel.subsystems)
        damage_subsystem(subsystem, random);
    for (auto& [id, port] : kernel.ports)
        damage_port(port, random);
}

}  // namespace dnvme::plan
