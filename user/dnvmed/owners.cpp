// SPDX-License-Identifier: Apache-2.0
#include "owners.h"

#include <concepts>
#include <variant>

#include <fmt/format.h>

#include "model/controllers.h"
#include "model/names.h"

namespace dnvme::daemon {

namespace {

template <class Action, class... Kinds>
concept OneOf = (std::same_as<Action, Kinds> || ...);

template <class A>
concept OnDevice = OneOf<A, plan::CreateDm, plan::ReloadDm>;
template <class A>
concept OnDmUuid = OneOf<A, plan::ResumeDm, plan::RemoveDm, plan::WipeDm, plan::Fence,
                         plan::FailHeld, plan::FailMember, plan::ReleaseMember, plan::CheckRaid>;
template <class A>
concept OnSubsystem = OneOf<A, plan::CreateSubsystem, plan::RemoveSubsystem, plan::CreateNamespace,
                            plan::AnnounceSize, plan::RemoveNamespace, plan::AllowHost,
                            plan::DisallowHost, plan::LinkSubsystem, plan::UnlinkSubsystem>;
template <class A>
concept OnPath = requires(const A& a) {
    a.head;
    a.path;
};
template <class A>
concept OnHead = requires(const A& a) {
    a.head;
}
&&!OnPath<A>;
template <class A>
concept OnHost = OneOf<A, plan::CreateNvmetHost, plan::RemoveNvmetHost>;

std::uint16_t port_id(const plan::CreatePort& action) {
    return action.port.id;
}

std::uint16_t port_id(const plan::RemovePort& action) {
    return action.id;
}

std::uint16_t port_id(const plan::SetAccess& action) {
    return action.port;
}

}  // namespace

Owners::Owners(const model::Cluster& cluster, const plan::KernelState& desired,
               const plan::KernelState& actual) {
    for (const auto& [name, volume] : cluster.volumes) {
        add(volume);
    }
    add_ports(actual);
    add_ports(desired);
}

void Owners::add(const v1::Volume& volume) {
    for (const auto& controller : model::controllers_of(volume)) {
        volumes_[controller.uuid()] = volume.uuid();
        volumes_[model::exported_nqn(volume, controller)] = volume.uuid();
    }
    for (const auto& leg : volume.legs()) {
        volumes_[leg.uuid()] = volume.uuid();
        for (const auto& member : leg.members()) {
            volumes_[member.uuid()] = volume.uuid();
            volumes_[model::logical_disk_nqn(member.uuid())] = volume.uuid();
        }
    }
}

void Owners::add_ports(const plan::KernelState& state) {
    for (const auto& [id, port] : state.ports) {
        if (!port.subsystems.empty()) {
            ports_[id] = volume_of(*port.subsystems.begin());
        }
    }
}

std::string Owners::volume_of(const std::string& identity) const {
    const auto volume = volumes_.find(identity);
    return volume == volumes_.end() ? identity : volume->second;
}

std::string Owners::device(const std::string& dm_uuid) const {
    const auto identity = model::parse_dm_uuid(dm_uuid);
    return identity ? volume_of(identity->uuid) : dm_uuid;
}

std::string Owners::port(std::uint16_t id) const {
    const auto volume = ports_.find(id);
    return volume == ports_.end() ? fmt::format("port {}", id) : volume->second;
}

std::string Owners::of_path(const std::string& head_dir, const std::string& path) {
    return head_dir + "/" + path;
}

std::string Owners::of(const plan::Action& action) const {
    return std::visit(
        [this]<class A>(const A& a) -> std::string {
            if constexpr (OnDevice<A>) {
                return device(a.device.uuid);
            } else if constexpr (OnDmUuid<A>) {
                return device(a.uuid);
            } else if constexpr (OnSubsystem<A>) {
                return volume_of(a.nqn);
            } else if constexpr (OnHost<A>) {
                return a.nqn;
            } else if constexpr (std::same_as<A, plan::CreateThin>) {
                return device(a.pool_uuid);
            } else if constexpr (std::same_as<A, plan::ResyncDirty>) {
                return device(a.rmeta_uuid);
            } else if constexpr (OneOf<A, plan::CreatePort, plan::RemovePort, plan::SetAccess>) {
                return port(port_id(a));
            } else if constexpr (std::same_as<A, plan::WipeRemote>) {
                return volume_of(a.logical_disk);
            } else if constexpr (std::same_as<A, plan::Connect>) {
                // Refused is nothing that failed: the other node may not be ready yet.
                return a.connection.nqn;
            } else if constexpr (std::same_as<A, plan::Disconnect>) {
                return volume_of(model::uuid_in_nqn(a.nqn).value_or(a.nqn));
            } else if constexpr (OneOf<A, plan::MarkFormatted, plan::RecordMember,
                                       plan::RecordReceipt, plan::RecordLetGo,
                                       plan::RecordServed>) {
                return a.volume_uuid;
            } else if constexpr (OneOf<A, plan::ForgetVolume, plan::ForgetHost>) {
                return a.uuid;
            } else if constexpr (std::same_as<A, plan::ForgetHead>) {
                return model::head_dir(a.uuid);
            } else if constexpr (OnPath<A>) {
                return of_path(a.head, a.path);
            } else if constexpr (OnHead<A>) {
                return a.head;
            } else {
                static_assert(std::same_as<A, plan::LoadModule>);
                // Volumes serve without these, each through its owner.
                const bool shared =
                    a.module != model::command_module && a.module != model::head_module &&
                    a.module != model::initiator_module && a.module != model::witness_module;
                return shared ? kShared : a.module;
            }
        },
        action);
}

}  // namespace dnvme::daemon
