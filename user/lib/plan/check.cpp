// SPDX-License-Identifier: Apache-2.0
// The last look at a plan before it runs. It may be only one owner's part of a plan, so nothing is
// refused here for want of what another part makes: only what would hurt.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/words.h"
#include "model/names.h"
#include "plan/planner.h"
#include "plan/references.h"

namespace dnvme::plan {
namespace {

tl::unexpected<Error> refuse(std::string why) {
    return fail(Code::precondition, std::move(why));
}

tl::unexpected<Error> not_ours(std::string_view what) {
    return fail(Code::internal, fmt::format("{} is not dnvme's: nothing was done to it", what));
}

bool is_front(const std::string& uuid) {
    return model::is_kind(uuid, {model::DmKind::front});
}

bool is_ours(const std::string& uuid, const std::string& name) {
    const auto identity = model::parse_dm_uuid(uuid);
    return identity && model::dm_name(identity->kind, identity->uuid) == name;
}

/// "8:16": a device that only the kernel's number names, and that may be anybody's tomorrow.
bool is_number(const std::string& word) {
    return word.find(':') != std::string::npos && !word.starts_with('{');
}

template <class A>
concept OnHead = requires(const A& a) {
    a.head;
};

/// Steps through a plan; state_ is what the steps so far have made of the actual state.
class Checker {
  public:
    explicit Checker(const KernelState& actual) : actual_(actual), state_(actual) {}

    Status check(const std::vector<Action>& plan) {
        for (const Action& action : plan) {
            if (Status ok = std::visit([this](const auto& a) { return (*this)(a); }, action); !ok)
                return pass(ok.error(), describe(action));
            apply_to(state_, action);
        }
        return {};
    }

    Status operator()(const CreateDm& a) const;
    Status operator()(const ReloadDm& a) const;
    Status operator()(const Fence& a);
    Status operator()(const FailHeld& a) const;
    Status operator()(const RemoveDm& a) const;
    Status operator()(const WipeDm& a) const;
    Status operator()(const WipeRemote& a) const;
    Status operator()(const ResyncDirty& a) const;
    Status operator()(const FailMember& a) const;
    Status operator()(const ReleaseMember& a) const;
    Status operator()(const CreateSubsystem& a) const;
    Status operator()(const RemoveSubsystem& a) const;
    Status operator()(const AnnounceSize& a) const { return knows_subsystem(a.nqn); }
    Status operator()(const RemoveNamespace& a) const;
    Status operator()(const DisallowHost& a) const;
    Status operator()(const UnlinkSubsystem& a) const;
    Status operator()(const CreatePort& a) const;
    Status operator()(const Connect& a) const;
    Status operator()(const Disconnect& a) const;
    template <OnHead A>
    Status operator()(const A& a) const {
        return model::is_head_dir(a.head) ? Status() : not_ours("head " + a.head);
    }
    /// The others cannot take anything from anybody.
    template <class A>
    Status operator()(const A& /*a*/) const {
        return {};
    }

  private:
    [[nodiscard]] static Status table_is_ours(const DmDevice& device);
    [[nodiscard]] Status is_ours_alone(const std::string& uuid) const;
    [[nodiscard]] Status knows_subsystem(const std::string& nqn) const;
    [[nodiscard]] Status is_cut(const std::string& nqn) const;
    [[nodiscard]] Status is_only_front(const DmDevice& front) const;
    [[nodiscard]] Status keeps_its_legs(const DmDevice& front) const;
    [[nodiscard]] Status keeps_its_size(const DmDevice& device) const;

    const KernelState& actual_;
    KernelState state_;
    std::set<std::string> fenced_;  ///< dm uuids of the fronts that this plan fences
};

Status Checker::table_is_ours(const DmDevice& device) {
    if (!is_ours(device.uuid, device.name))
        return not_ours("dm device " + device.name);
    for (const DmTarget& target : device.table) {
        const auto words = split_words(target.params);
        const auto number = std::find_if(words.begin(), words.end(), is_number);
        if (number != words.end())
            return not_ours("device " + *number);
    }
    for (const std::string& below : dm_devices_below(device)) {
        if (!model::parse_dm_uuid(below))
            return not_ours("dm device " + below);
    }
    return {};
}

/// Compares with the actual state: who holds it there, and is not ours, still does.
Status Checker::is_ours_alone(const std::string& uuid) const {
    const auto device = actual_.dm.find(uuid);
    if (device == actual_.dm.end())
        return {};
    const auto holders = static_cast<std::int32_t>(count_holders(actual_, uuid));
    if (device->second.opens > holders)
        return refuse(
            fmt::format("it is in use outside dnvme (opened {} times more than by "
                        "dnvme's own devices): find who uses /dev/mapper/{} and stop it",
                        device->second.opens - holders, device->second.name));
    return {};
}

Status Checker::knows_subsystem(const std::string& nqn) const {
    if (!state_.subsystems.contains(nqn))
        return not_ours("nvmet subsystem " + nqn);
    return {};
}

Status Checker::is_cut(const std::string& nqn) const {
    for (const auto& [id, port] : state_.ports) {
        if (port.subsystems.contains(nqn))
            return refuse(fmt::format("hosts are still connected through port {}", id));
    }
    return {};
}

/// L3: whatever a front has below it, no other front has.
Status Checker::is_only_front(const DmDevice& front) const {
    const std::set<std::string> legs = dm_devices_below(front);
    for (const auto& [uuid, other] : state_.dm) {
        if (uuid == front.uuid || !is_front(uuid))
            continue;
        for (const std::string& leg : dm_devices_below(other)) {
            if (legs.contains(leg))
                return refuse(fmt::format("{} still has its legs", other.name));
        }
    }
    return {};
}

/// A front without legs has lost them behind its receipt.
Status Checker::keeps_its_legs(const DmDevice& front) const {
    const auto there = state_.dm.find(front.uuid);
    const bool loses = there != state_.dm.end() && !dm_devices_below(there->second).empty() &&
                       dm_devices_below(front).empty();
    if (loses && !fenced_.contains(front.uuid))
        return refuse("it was not fenced before it loses its legs");
    return {};
}

/// Whoever stands on it has data up to its end.
Status Checker::keeps_its_size(const DmDevice& device) const {
    const auto there = state_.dm.find(device.uuid);
    if (there == state_.dm.end() || there->second.sectors() <= device.sectors())
        return {};
    return refuse(fmt::format("it would shrink from {} to {} sectors", there->second.sectors(),
                              device.sectors()));
}

Status Checker::operator()(const CreateDm& a) const {
    if (state_.dm.contains(a.device.uuid))
        return refuse("it is there already");
    if (Status alone = is_front(a.device.uuid) ? is_only_front(a.device) : Status(); !alone)
        return alone;
    return table_is_ours(a.device);
}

Status Checker::operator()(const ReloadDm& a) const {
    if (Status keeps = keeps_its_size(a.device); !keeps)
        return keeps;
    if (is_front(a.device.uuid)) {
        if (Status alone = is_only_front(a.device); !alone)
            return alone;
        if (Status fenced = keeps_its_legs(a.device); !fenced)
            return fenced;
    }
    return table_is_ours(a.device);
}

Status Checker::operator()(const Fence& a) {
    if (!model::is_kind(a.uuid, {model::DmKind::front, model::DmKind::gate}))
        return not_ours("dm device " + a.uuid);
    fenced_.insert(a.uuid);
    return {};
}

/// A host that hears of a failure hands it to its user.
Status Checker::operator()(const FailHeld& a) const {
    if (!is_front(a.uuid))
        return not_ours("dm device " + a.uuid);
    for (const auto& [nqn, subsystem] : state_.subsystems) {
        for (const auto& [nsid, ns] : subsystem.namespaces) {
            if (ns.device_uuid != a.uuid)
                continue;
            if (Status cut = is_cut(nqn); !cut)
                return cut;
        }
    }
    return {};
}

Status Checker::operator()(const RemoveDm& a) const {
    if (!model::parse_dm_uuid(a.uuid))
        return not_ours("dm device " + a.name);
    return is_ours_alone(a.uuid);
}

/// Only what stands below redundancy is ever wiped, and only when nothing stands on it.
Status Checker::operator()(const WipeDm& a) const {
    if (!model::is_kind(a.uuid, {model::DmKind::gate, model::DmKind::rmeta}))
        return not_ours("dm device " + a.uuid);
    if (count_holders(state_, a.uuid) != 0)
        return refuse("something stands on it");
    return is_ours_alone(a.uuid);
}

Status Checker::operator()(const WipeRemote& a) const {
    if (!state_.connections.contains(model::logical_disk_nqn(a.logical_disk)))
        return not_ours("logical disk " + a.logical_disk);
    return is_held(state_, a.logical_disk) ? refuse("something stands on it") : Status();
}

/// An array that runs has its superblocks in memory and writes over what is changed below it.
Status Checker::operator()(const ResyncDirty& a) const {
    if (!model::is_kind(a.rmeta_uuid, {model::DmKind::rmeta}))
        return not_ours("dm device " + a.rmeta_uuid);
    if (count_holders(state_, a.rmeta_uuid) != 0)
        return refuse("its array is running");
    return is_ours_alone(a.rmeta_uuid);
}

Status Checker::operator()(const FailMember& a) const {
    const bool gate =
        model::is_kind(a.uuid, {model::DmKind::rmeta, model::DmKind::rdata, model::DmKind::leg});
    return gate ? Status() : not_ours("dm device " + a.uuid);
}

Status Checker::operator()(const ReleaseMember& a) const {
    const bool gate = model::is_kind(a.uuid, {model::DmKind::rmeta, model::DmKind::rdata});
    return gate ? Status() : not_ours("dm device " + a.uuid);
}

Status Checker::operator()(const CreateSubsystem& a) const {
    if (state_.subsystems.contains(a.nqn))
        return refuse("it is there already");
    return {};
}

Status Checker::operator()(const RemoveSubsystem& a) const {
    if (Status known = knows_subsystem(a.nqn); !known)
        return known;
    return is_cut(a.nqn);
}

/// A namespace waits for I/O in flight when it goes; a connected host would send more of it.
Status Checker::operator()(const RemoveNamespace& a) const {
    if (Status known = knows_subsystem(a.nqn); !known)
        return known;
    return is_cut(a.nqn);
}

/// Without the cut the host would stay connected.
Status Checker::operator()(const DisallowHost& a) const {
    if (Status known = knows_subsystem(a.nqn); !known)
        return known;
    return is_cut(a.nqn);
}

Status Checker::operator()(const UnlinkSubsystem& a) const {
    return knows_subsystem(a.nqn);
}

Status Checker::operator()(const CreatePort& a) const {
    if (state_.ports.contains(a.port.id))
        return refuse("it is there already");
    return {};
}

/// A second one would be another path to the same blocks.
Status Checker::operator()(const Connect& a) const {
    const auto there = state_.connections.find(a.connection.nqn);
    const bool twice =
        there != state_.connections.end() && there->second.host_nqn == a.connection.host_nqn;
    return twice ? refuse("it is connected already") : Status();
}

Status Checker::operator()(const Disconnect& a) const {
    const auto there = state_.connections.find(a.nqn);
    if (there == state_.connections.end() || there->second.host_nqn != a.host_nqn)
        return not_ours("connection to " + a.nqn);
    return is_held(state_, model::uuid_in_nqn(a.nqn).value_or(""))
               ? refuse("something stands on it")
               : Status();
}

}  // namespace

Status check_plan(const std::vector<Action>& plan, const KernelState& actual) {
    return Checker(actual).check(plan);
}

}  // namespace dnvme::plan
