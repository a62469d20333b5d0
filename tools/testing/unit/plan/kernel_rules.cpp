// SPDX-License-Identifier: Apache-2.0
#include "kernel_rules.h"

#include <algorithm>
#include <concepts>

#include <fmt/format.h>

#include "model/controllers.h"
#include "model/handover.h"
#include "model/names.h"
#include "plan/references.h"
#include "size_rules.h"

namespace dnvme::plan {
namespace {

bool refers_to(const DmDevice& device, const std::string& uuid) {
    return std::any_of(device.table.begin(), device.table.end(), [&](const DmTarget& target) {
        return target.params.find("{dm:" + uuid + "}") != std::string::npos;
    });
}

std::vector<std::string> references(const DmTarget& target) {
    std::vector<std::string> uuids;
    const std::string& text = target.params;
    for (std::size_t at = text.find("{dm:"); at != std::string::npos;
         at = text.find("{dm:", at + 1))
        uuids.push_back(text.substr(at + 4, text.find('}', at) - at - 4));
    return uuids;
}

std::string tail_uuid(const std::string& dm_uuid) {
    return dm_uuid.substr(dm_uuid.size() - 36);
}

}  // namespace

/// What must hold before each action; an empty string if it does.
struct Rules {
    StrictMachine& machine;
    KernelState& kernel = machine.kernel_;

    std::string operator()(const LoadModule& a) const {
        return kernel.modules.contains(a.module) ? "is loaded" : "";
    }
    std::string operator()(const CreateDm& a) const {
        if (kernel.dm.contains(a.device.uuid))
            return "is there";
        machine.fenced_.erase(a.device.uuid);
        if (std::string why = sizes_fit(kernel, a.device); !why.empty())
            return why;
        if (std::string why = first_sync_is_right(a.device); !why.empty())
            return why;
        return table_loads(a.device);
    }
    std::string operator()(const ReloadDm& a) const {
        if (!kernel.dm.contains(a.device.uuid))
            return "is not there";
        if (std::string why = sizes_fit(kernel, a.device); !why.empty())
            return why;
        if (std::string why = receipt_is_there(a.device); !why.empty())
            return why;
        machine.fenced_.erase(a.device.uuid);
        if (std::string why = array_changes_safely(a.device); !why.empty())
            return why;
        return table_loads(a.device);
    }
    std::string operator()(const FailMember& a) const {
        const v1::LogicalDisk* of = member(tail_uuid(a.uuid));
        if (of != nullptr && of->sync() == v1::LogicalDisk::IN_SYNC && !was_taken(a.uuid))
            return "FAILS A MEMBER THAT IS IN-SYNC";
        return kernel.dm.contains(a.uuid) ? "" : "is not there";
    }
    std::string operator()(const ReleaseMember& a) const {
        return kernel.dm.contains(a.uuid) ? "" : "is not there";
    }
    std::string operator()(const CheckRaid& a) const {
        return kernel.dm.contains(a.uuid) ? "" : "is not there";
    }
    std::string operator()(const Fence& a) const {
        if (!has_legs(a.uuid) || kernel.dm.at(a.uuid).suspended)
            return "there is nothing to fence, or it would wait for ever";
        machine.fenced_.insert(a.uuid);
        return "";
    }
    std::string operator()(const FailHeld& a) const {
        if (!kernel.dm.contains(a.uuid) || (has_legs(a.uuid) && !machine.fenced_.contains(a.uuid)))
            return "holds nothing";
        return reached(a.uuid);
    }
    std::string operator()(const ResumeDm& a) const {
        return kernel.dm.contains(a.uuid) && kernel.dm.at(a.uuid).suspended ? "" : "not suspended";
    }
    std::string operator()(const RemoveDm& a) const {
        if (!kernel.dm.contains(a.uuid) || kernel.dm.at(a.uuid).name != a.name)
            return "is not there";
        if (kernel.dm.at(a.uuid).suspended)
            return "is suspended";
        return holder_of(a.uuid);
    }
    std::string operator()(const WipeDm& a) const;
    std::string operator()(const WipeRemote& a) const;
    std::string operator()(const ResyncDirty& a) const;
    std::string operator()(const Connect& a) const {
        return kernel.connections.contains(a.connection.nqn) ? "is there"
                                                             : needs_module("nvme_tcp");
    }
    std::string operator()(const Disconnect& a) const {
        if (!kernel.connections.contains(a.nqn))
            return "is not there";
        return holder_of_remote(tail_uuid(a.nqn));
    }
    std::string operator()(const CreateThin& a) const {
        if (!kernel.dm.contains(a.pool_uuid))
            return "pool is not there";
        machine.thins_.insert(a.pool_uuid);
        return "";
    }
    std::string operator()(const CreateNvmetHost& a) const {
        return kernel.hosts.contains(a.nqn) ? "is there" : needs_module("nvmet");
    }
    std::string operator()(const RemoveNvmetHost& a) const;
    std::string operator()(const CreateSubsystem& a) const {
        return kernel.subsystems.contains(a.nqn) ? "is there" : needs_module("nvmet");
    }
    std::string operator()(const RemoveSubsystem& a) const {
        const auto subsystem = kernel.subsystems.find(a.nqn);
        if (subsystem == kernel.subsystems.end())
            return "is not there";
        const bool empty =
            subsystem->second.namespaces.empty() && subsystem->second.allowed_hosts.empty();
        return empty ? linked(a.nqn) : "is not empty";
    }
    std::string operator()(const CreateNamespace& a) const;
    std::string operator()(const AnnounceSize& a) const {
        if (!kernel.subsystems.contains(a.nqn) ||
            !kernel.subsystems.at(a.nqn).namespaces.contains(a.nsid))
            return "is not there";
        return announced_size_is_right(
            kernel, kernel.subsystems.at(a.nqn).namespaces.at(a.nsid).device_uuid, a.size_bytes);
    }
    std::string operator()(const RemoveNamespace& a) const {
        if (!kernel.subsystems.contains(a.nqn) ||
            !kernel.subsystems.at(a.nqn).namespaces.contains(a.nsid))
            return "is not there";
        return suspended_anywhere() ? "waits for I/O in a suspended device" : linked(a.nqn);
    }
    std::string operator()(const AllowHost& a) const {
        if (!kernel.hosts.contains(a.host_nqn) || !kernel.subsystems.contains(a.nqn))
            return "host or subsystem is not there";
        return kernel.subsystems.at(a.nqn).allowed_hosts.contains(a.host_nqn) ? "is allowed" : "";
    }
    std::string operator()(const DisallowHost& a) const {
        if (!kernel.subsystems.contains(a.nqn) ||
            !kernel.subsystems.at(a.nqn).allowed_hosts.contains(a.host_nqn))
            return "is not allowed";
        return linked(a.nqn);
    }
    std::string operator()(const CreatePort& a) const {
        return kernel.ports.contains(a.port.id) ? "is there" : needs_module("nvmet");
    }
    std::string operator()(const RemovePort& a) const {
        if (!kernel.ports.contains(a.id))
            return "is not there";
        return kernel.ports.at(a.id).subsystems.empty() ? "" : "has links";
    }
    std::string operator()(const SetAccess& a) const {
        if (!kernel.ports.contains(a.port))
            return "is not there";
        for (const std::string& nqn : kernel.ports.at(a.port).subsystems) {
            if (std::string why = access_is_right(nqn, a.inaccessible); !why.empty())
                return why;
        }
        return "";
    }
    std::string operator()(const LinkSubsystem& a) const;
    std::string operator()(const UnlinkSubsystem& a) const {
        const auto port = kernel.ports.find(a.port);
        return port != kernel.ports.end() && port->second.subsystems.contains(a.nqn)
                   ? ""
                   : "is not linked";
    }
    /// Heads have no part in volumes: see heads_test.cpp.
    template <class A>
    requires requires(const A& a) {
        a.head;
    } || std::same_as<A, ForgetHead> std::string operator()(const A& /*a*/) const {
        return "";
    }
    std::string operator()(const MarkFormatted& a) const;
    std::string operator()(const RecordMember& a) const;
    std::string operator()(const RecordReceipt& a) const;
    std::string operator()(const RecordLetGo& a) const;
    std::string operator()(const RecordServed& a) const;
    std::string operator()(const ForgetVolume& a) const;
    std::string operator()(const ForgetHost& a) const;

  private:
    [[nodiscard]] std::string table_loads(const DmDevice& device) const;
    [[nodiscard]] std::string first_sync_is_right(const DmDevice& device) const;
    [[nodiscard]] std::string array_changes_safely(const DmDevice& device) const;
    [[nodiscard]] std::string gates_hold(const DmDevice& front) const;
    [[nodiscard]] v1::LogicalDisk* member(const std::string& uuid) const;
    [[nodiscard]] std::string foundation_is_clean(const std::string& uuid) const;
    [[nodiscard]] bool has_legs(const std::string& uuid) const;
    [[nodiscard]] std::string legs_are_free(const DmDevice& front) const;
    [[nodiscard]] std::string receipt_is_there(const DmDevice& front) const;
    [[nodiscard]] std::string reached(const std::string& front) const;
    [[nodiscard]] std::string access_is_right(const std::string& nqn, bool inaccessible) const;
    [[nodiscard]] const v1::Volume* volume_of_front(const std::string& uuid) const;
    [[nodiscard]] std::string holder_of(const std::string& uuid) const;
    [[nodiscard]] std::string holder_of_remote(const std::string& uuid) const;
    [[nodiscard]] std::string remote_is_usable(const DmTarget& target) const;
    [[nodiscard]] std::string linked(const std::string& nqn) const;
    [[nodiscard]] bool was_taken(const std::string& gate) const;
    [[nodiscard]] bool is_served(const v1::Volume& volume) const;
    [[nodiscard]] bool suspended_anywhere() const {
        return std::any_of(kernel.dm.begin(), kernel.dm.end(),
                           [](const auto& entry) { return entry.second.suspended; });
    }
    [[nodiscard]] std::string needs_module(const std::string& module) const {
        return kernel.modules.contains(module) ? "" : "module " + module + " is missing";
    }
    [[nodiscard]] v1::Volume* volume(const std::string& uuid) const;
    [[nodiscard]] v1::Leg* leg(const std::string& uuid) const;
    [[nodiscard]] v1::Leg* leg_of_member(const std::string& uuid) const;
};

/// Another owner has the members, and no host is connected that could hear of it.
bool Rules::was_taken(const std::string& gate) const {
    for (const auto& [name, volume] : machine.cluster_.volumes) {
        for (const v1::Leg& leg : volume.legs()) {
            for (const v1::LogicalDisk& member : leg.members()) {
                if (member.uuid() == tail_uuid(gate))
                    return volume.has_handover() && model::has_let_go(volume) && !is_served(volume);
            }
        }
    }
    return false;
}

bool Rules::is_served(const v1::Volume& volume) const {
    const auto controllers = model::controllers_of(volume);
    return !linked(model::subsystem_nqn(volume.uuid())).empty() &&
           std::any_of(controllers.begin(), controllers.end(), [&](const auto& controller) {
               return has_legs("DNVME-front-" + controller.uuid());
           });
}

v1::Volume* Rules::volume(const std::string& uuid) const {
    for (auto& [name, volume] : machine.cluster_.volumes) {
        if (volume.uuid() == uuid)
            return &volume;
    }
    return nullptr;
}

v1::Leg* Rules::leg(const std::string& uuid) const {
    for (auto& [name, volume] : machine.cluster_.volumes) {
        for (v1::Leg& leg : *volume.mutable_legs()) {
            if (leg.uuid() == uuid)
                return &leg;
        }
    }
    return nullptr;
}

v1::LogicalDisk* Rules::member(const std::string& uuid) const {
    v1::Leg* of = leg_of_member(uuid);
    if (of == nullptr)
        return nullptr;
    auto& members = *of->mutable_members();
    return &*std::find_if(members.begin(), members.end(),
                          [&](const auto& one) { return one.uuid() == uuid; });
}

/// L4: what an array gets is wiped and rebuilt; what it loses is stale by the store, and nothing
/// that is still on its way to it could make dm-raid do that on its own.
std::string Rules::array_changes_safely(const DmDevice& device) const {
    const v1::Leg* of = leg(tail_uuid(device.uuid));
    if (of == nullptr || device.table.at(0).type != "raid")
        return "";
    for (int i = 0; i < of->members_size(); i++) {
        const std::string& uuid = of->members(i).uuid();
        const bool was = refers_to(kernel.dm.at(device.uuid), "DNVME-rdata-" + uuid);
        const bool is = refers_to(device, "DNVME-rdata-" + uuid);
        const std::string rebuild = " rebuild " + std::to_string(i) + " ";
        if (is && !was && device.table[0].params.find(rebuild) == std::string::npos)
            return "SERVES STALE DATA";
        if (is && !was && machine.wiped_.erase("DNVME-rmeta-" + uuid) == 0)
            return "finds an old superblock";
        if (was && !is && of->members(i).sync() == v1::LogicalDisk::IN_SYNC)
            return "LOSES A MEMBER THAT IS IN-SYNC";
        if (was && !is && kernel.dm.at("DNVME-rdata-" + uuid).leg != 'D')
            return "a gate may hold what the suspend waits for";
    }
    return "";
}

/// L2: nothing that dm-raid hears of may be acknowledged before the agent knows.
std::string Rules::gates_hold(const DmDevice& front) const {
    for (const std::string& thin : references(front.table.at(0))) {
        const v1::Leg* of = leg(tail_uuid(thin));
        if (of == nullptr)
            continue;
        for (const v1::LogicalDisk& one : of->members()) {
            for (const char* part : {"DNVME-rmeta-", "DNVME-rdata-"}) {
                const auto gate = kernel.dm.find(part + one.uuid());
                if (gate != kernel.dm.end() &&
                    gate->second.table.at(0).params.find("hold_on_error") == std::string::npos)
                    return gate->first + " does not hold";
            }
        }
    }
    return "";
}

v1::Leg* Rules::leg_of_member(const std::string& uuid) const {
    for (auto& [name, volume] : machine.cluster_.volumes) {
        for (v1::Leg& leg : *volume.mutable_legs()) {
            for (const v1::LogicalDisk& member : leg.members()) {
                if (member.uuid() == uuid)
                    return &leg;
            }
        }
    }
    return nullptr;
}

std::string Rules::table_loads(const DmDevice& device) const {
    static const std::map<std::string, std::string> modules = {{"dnvme", "dm_dnvme"},
                                                               {"raid", "dm_raid"},
                                                               {"thin", "dm_thin_pool"},
                                                               {"thin-pool", "dm_thin_pool"}};
    if (std::string why = legs_are_free(device); !why.empty())
        return why;
    if (std::string why = volume_of_front(device.uuid) == nullptr ? "" : gates_hold(device);
        !why.empty())
        return why;
    for (const DmTarget& target : device.table) {
        if (const auto module = modules.find(target.type); module != modules.end()) {
            if (std::string why = needs_module(module->second); !why.empty())
                return why;
        }
        if (std::string why = remote_is_usable(target); !why.empty())
            return why;
        for (const std::string& uuid : references(target)) {
            if (!kernel.dm.contains(uuid))
                return uuid + " is not there";
            if (std::string why = foundation_is_clean(uuid); !why.empty())
                return why;
            if (target.type == "thin" && !machine.thins_.contains(uuid))
                return "the pool has no thin volume";
        }
    }
    return "";
}

/// Nothing is built for the first time on what an earlier use left behind.
std::string Rules::foundation_is_clean(const std::string& uuid) const {
    if (!uuid.starts_with("DNVME-gate-"))
        return "";
    const v1::Leg* of = leg_of_member(tail_uuid(uuid));
    if (of != nullptr && !of->formatted() && !machine.wiped_.contains(uuid))
        return uuid + " is not wiped";
    return "";
}

/// nosync exactly when mirrors were wiped: else stale halves would be taken for equal; and never
/// with parity, which fits to nothing before it was computed.
std::string Rules::first_sync_is_right(const DmDevice& device) const {
    if (device.table.at(0).type != "raid")
        return "";
    const v1::Leg* of = leg(tail_uuid(device.uuid));
    const std::string& params = device.table[0].params;
    const bool nosync = params.find(" nosync ") != std::string::npos;
    const bool parity = params.starts_with("raid5") || params.starts_with("raid6");
    if (of == nullptr || nosync == (of->formatted() || parity))
        return "nosync is wrong";
    for (const v1::LogicalDisk& member : of->members()) {
        if (!refers_to(device, "DNVME-rdata-" + member.uuid()))
            continue;
        if (member.sync() != v1::LogicalDisk::IN_SYNC)
            return "STARTS WITH STALE DATA";
        // Each assembly needs it again.
        if (machine.resynced_.erase("DNVME-rmeta-" + member.uuid()) == 0 && of->formatted())
            return "its halves may stay different";
    }
    return "";
}

bool Rules::has_legs(const std::string& uuid) const {
    const auto device = kernel.dm.find(uuid);
    return device != kernel.dm.end() && !references(device->second.table.at(0)).empty();
}

/// L3: of all fronts of a volume one at most has the legs.
std::string Rules::legs_are_free(const DmDevice& front) const {
    const v1::Volume* of = volume_of_front(front.uuid);
    if (of == nullptr || references(front.table.at(0)).empty())
        return "";
    std::vector<std::string> others{of->uuid()};
    for (const v1::Controller& standby : of->standbys())
        others.push_back(standby.uuid());
    for (const std::string& other : others) {
        if ("DNVME-front-" + other != front.uuid && has_legs("DNVME-front-" + other))
            return "TWO FRONTS: controller " + other + " has the legs";
    }
    return "";
}

/// L1: whoever loses its legs has drained, and no host hears from it. One that only becomes larger
/// serves on.
std::string Rules::receipt_is_there(const DmDevice& front) const {
    const v1::Volume* of = volume_of_front(front.uuid);
    if (of == nullptr || of->standbys().empty() || !has_legs(front.uuid))
        return "";
    const bool fenced = machine.fenced_.contains(front.uuid);
    if (kernel.dm.at(front.uuid).table.at(0).params == front.table.at(0).params)
        return fenced ? "was fenced for nothing" : "";
    return fenced ? reached(front.uuid) : "NO RECEIPT";
}

/// Linked to a port through a namespace.
std::string Rules::reached(const std::string& front) const {
    for (const auto& [nqn, subsystem] : kernel.subsystems) {
        for (const auto& [nsid, ns] : subsystem.namespaces) {
            if (ns.device_uuid != front)
                continue;
            if (std::string why = linked(nqn); !why.empty())
                return why;
        }
    }
    return "";
}

/// What holds refuses I/O at its port, what serves does not.
std::string Rules::access_is_right(const std::string& nqn, bool inaccessible) const {
    for (const auto& [nsid, ns] : kernel.subsystems.at(nqn).namespaces) {
        if (ns.device_uuid.starts_with("DNVME-front-") && has_legs(ns.device_uuid) == inaccessible)
            return inaccessible ? "refuses what it serves" : "holds what a host sends";
    }
    return "";
}

const v1::Volume* Rules::volume_of_front(const std::string& uuid) const {
    for (const auto& [name, volume] : machine.cluster_.volumes) {
        if (uuid == "DNVME-front-" + volume.uuid())
            return &volume;
        for (const v1::Controller& standby : volume.standbys()) {
            if (uuid == "DNVME-front-" + standby.uuid())
                return &volume;
        }
    }
    return nullptr;
}

std::string Rules::holder_of(const std::string& uuid) const {
    for (const auto& [other, device] : kernel.dm) {
        if (refers_to(device, uuid))
            return "held by " + other;
    }
    for (const auto& [nqn, subsystem] : kernel.subsystems) {
        for (const auto& [nsid, ns] : subsystem.namespaces) {
            if (ns.device_uuid == uuid)
                return "held by a namespace of " + nqn;
        }
    }
    return "";
}

std::string Rules::holder_of_remote(const std::string& uuid) const {
    for (const auto& [other, device] : kernel.dm) {
        for (const DmTarget& target : device.table) {
            if (target.params.find("{nvme:" + uuid + "}") != std::string::npos)
                return "held by " + other;
        }
    }
    return "";
}

/// Connected, and wiped before anything is built on it for the first time.
std::string Rules::remote_is_usable(const DmTarget& target) const {
    const std::size_t at = target.params.find("{nvme:");
    if (at == std::string::npos)
        return "";
    const std::string uuid = target.params.substr(at + 6, 36);
    if (!kernel.connections.contains("nqn.2014-08.org.nvmexpress:uuid:" + uuid))
        return uuid + " is not connected";
    const v1::Leg* of = leg_of_member(uuid);
    if (of != nullptr && !of->formatted() && !machine.wiped_.contains(uuid))
        return uuid + " is not wiped";
    return "";
}

std::string Rules::linked(const std::string& nqn) const {
    for (const auto& [id, port] : kernel.ports) {
        if (port.subsystems.contains(nqn))
            return "still linked to port " + std::to_string(id);
    }
    return "";
}

std::string Rules::operator()(const WipeDm& a) const {
    const v1::Leg* of = leg_of_member(tail_uuid(a.uuid));
    const bool rebuilds = of != nullptr && a.uuid.starts_with("DNVME-rmeta-") &&
                          kernel.dm.contains("DNVME-raid-" + of->uuid());
    if (of == nullptr || (of->formatted() && !rebuilds))
        return "WIPES DATA";
    if (!kernel.dm.contains(a.uuid))
        return "is not there";
    if (rebuilds) {
        machine.wiped_.insert(a.uuid);
        return holder_of(a.uuid);
    }
    machine.wiped_.insert(a.uuid);
    machine.thins_.erase("DNVME-pool-" + of->uuid());
    return holder_of(a.uuid);
}

std::string Rules::operator()(const WipeRemote& a) const {
    const v1::Leg* of = leg_of_member(a.logical_disk);
    if (of == nullptr || of->formatted())
        return "WIPES DATA";
    machine.wiped_.insert(a.logical_disk);
    machine.thins_.erase("DNVME-pool-" + of->uuid());
    return holder_of_remote(a.logical_disk);
}

std::string Rules::operator()(const ResyncDirty& a) const {
    const v1::Leg* of = leg_of_member(tail_uuid(a.rmeta_uuid));
    if (of == nullptr || !of->formatted())
        return "has no superblock";
    if (!kernel.dm.contains(a.rmeta_uuid))
        return "is not there";
    machine.resynced_.insert(a.rmeta_uuid);
    return holder_of(a.rmeta_uuid);
}

std::string Rules::operator()(const RemoveNvmetHost& a) const {
    if (!kernel.hosts.contains(a.nqn))
        return "is not there";
    for (const auto& [nqn, subsystem] : kernel.subsystems) {
        if (subsystem.allowed_hosts.contains(a.nqn))
            return "still allowed by " + nqn;
    }
    return "";
}

std::string Rules::operator()(const CreateNamespace& a) const {
    if (!kernel.subsystems.contains(a.nqn) ||
        kernel.subsystems.at(a.nqn).namespaces.contains(a.nsid))
        return "subsystem is not there, or namespace is";
    if (!kernel.dm.contains(a.ns.device_uuid))
        return "front is not there";
    return announced_size_is_right(kernel, a.ns.device_uuid, a.ns.size_bytes);
}

/// A port that listens is complete: host allowed and namespace in place.
std::string Rules::operator()(const LinkSubsystem& a) const {
    const auto subsystem = kernel.subsystems.find(a.nqn);
    if (!kernel.ports.contains(a.port) || subsystem == kernel.subsystems.end())
        return "port or subsystem is not there";
    if (kernel.ports.at(a.port).subsystems.contains(a.nqn))
        return "is linked";
    if (subsystem->second.namespaces.empty() || subsystem->second.allowed_hosts.empty())
        return "is not complete";
    if (std::string why = access_is_right(a.nqn, kernel.ports.at(a.port).inaccessible);
        !why.empty())
        return why;
    return needs_module("nvmet_tcp");
}

std::string Rules::operator()(const MarkFormatted& a) const {
    v1::Leg* of = leg(a.leg_uuid);
    if (of == nullptr || of->formatted())
        return "no such leg, or formatted already";
    if (!machine.thins_.contains("DNVME-pool-" + a.leg_uuid))
        return "it has no thin volume";
    of->set_formatted(true);
    return "";
}

std::string Rules::operator()(const RecordMember& a) const {
    v1::LogicalDisk* of = member(a.member_uuid);
    if (of == nullptr || of->sync() != a.from)
        return "no such member, or not as it was";
    const auto gate = kernel.dm.find(model::dm_uuid(model::DmKind::leg, a.leg_uuid));
    if (a.to == v1::LogicalDisk::IN_SYNC && gate != kernel.dm.end() &&
        !dm_devices_below(gate->second)
             .contains(model::dm_uuid(model::DmKind::rdata, a.member_uuid)))
        return "ITS LEG WOULD OUTLIVE IT";
    of->set_sync(a.to);
    const auto& members = leg_of_member(a.member_uuid)->members();
    const bool none = std::none_of(members.begin(), members.end(), [](const auto& one) {
        return one.sync() == v1::LogicalDisk::IN_SYNC;
    });
    return none ? "NOBODY IS IN-SYNC" : "";
}

/// L1: whoever could still write to the member is gone, and not only told to stop.
std::string Rules::operator()(const RecordReceipt& a) const {
    if (kernel.dm.contains("DNVME-gate-" + a.member_uuid) ||
        kernel.subsystems.contains(model::logical_disk_nqn(a.member_uuid)))
        return "AN OWNER BEFORE STILL REACHES THE MEMBER";
    v1::Volume* of = volume(a.volume_uuid);
    if (of == nullptr || of->epoch() != a.epoch || !model::has_let_go(*of))
        return "its owner before has not let go";
    model::record_receipt(*of, a.member_uuid);
    return "";
}

std::string Rules::operator()(const RecordLetGo& a) const {
    v1::Volume* of = volume(a.volume_uuid);
    if (of == nullptr || of->epoch() != a.epoch || !of->has_handover())
        return "there is nothing to let go of";
    for (const v1::Leg& leg : of->legs()) {
        for (const char* part : {"raid", "tmeta", "tdata", "pool", "thin", "leg"}) {
            if (kernel.dm.contains(fmt::format("DNVME-{}-{}", part, leg.uuid())))
                return "IT STILL HAS THE LEGS";
        }
    }
    model::record_let_go(*of);
    return "";
}

std::string Rules::operator()(const RecordServed& a) const {
    v1::Volume* of = volume(a.volume_uuid);
    if (of == nullptr || of->epoch() != a.epoch || !model::lacks_served(*of))
        return "there is nothing to record";
    if (!has_legs(model::dm_uuid(model::DmKind::front, model::owner_of(*of).uuid())))
        return "IT DOES NOT SERVE";
    model::record_served(*of, 1);
    return "";
}

std::string Rules::operator()(const ForgetVolume& a) const {
    const auto volume = machine.cluster_.volumes.find(a.name);
    if (volume == machine.cluster_.volumes.end() || !volume->second.deleting())
        return "no such volume, or not being deleted";
    for (const v1::Leg& leg : volume->second.legs()) {
        for (const v1::LogicalDisk& member : leg.members()) {
            if (kernel.dm.contains("DNVME-ld-" + member.uuid()))
                return "its slices are in use";
        }
    }
    machine.cluster_.volumes.erase(volume);
    return "";
}

std::string Rules::operator()(const ForgetHost& a) const {
    const auto host = machine.cluster_.hosts.find(a.name);
    if (host == machine.cluster_.hosts.end() || !host->second.deleting())
        return "no such host, or not being deleted";
    if (kernel.hosts.contains(host->second.nqn()))
        return "its entry is still there";
    machine.cluster_.hosts.erase(host);
    return "";
}

StrictMachine::StrictMachine(model::Cluster cluster, KernelState kernel)
    : cluster_(std::move(cluster)), kernel_(std::move(kernel)) {
    for (const auto& [name, volume] : cluster_.volumes) {
        for (const v1::Leg& leg : volume.legs()) {
            if (leg.formatted() || kernel_.dm.contains("DNVME-thin-" + leg.uuid()))
                thins_.insert("DNVME-pool-" + leg.uuid());
        }
    }
}

std::string StrictMachine::run(const Action& action) {
    std::string wrong = std::visit(Rules{*this}, action);
    if (wrong.empty())
        apply_to(kernel_, action);
    return wrong;
}

}  // namespace dnvme::plan
