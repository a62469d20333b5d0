// SPDX-License-Identifier: Apache-2.0
// What each action does to a kernel that obeys.
#include <linux/dm-dnvme.h>

#include "plan/action.h"
#include "plan/normalise.h"

namespace dnvme::plan {
namespace {

/// As a probe would find it.
DmDevice as_probed(DmDevice device) {
    for (DmTarget& target : device.table)
        target.params = normalise_params(target.type, target.params);
    device.suspended = false;
    device.leg = 0;
    device.raid.reset();
    return device;
}

class Applier {
  public:
    explicit Applier(KernelState& state) : state_(state) {}

    void operator()(const LoadModule& a) const { state_.modules.insert(a.module); }
    void operator()(const CreateDm& a) const { state_.dm[a.device.uuid] = as_probed(a.device); }
    void operator()(const ReloadDm& a) const {
        DmDevice& device = state_.dm[a.device.uuid];
        DmDevice reloaded = as_probed(a.device);
        reloaded.opens = device.opens;
        device = std::move(reloaded);
    }
    void operator()(const ResumeDm& a) const { state_.dm[a.uuid].suspended = false; }
    void operator()(const RemoveDm& a) const { state_.dm.erase(a.uuid); }
    void operator()(const FailMember& a) const { state_.dm[a.uuid].leg = DNVME_STATE_DEAD; }
    void operator()(const ReleaseMember& a) const { state_.dm[a.uuid].leg = DNVME_STATE_LIVE; }
    void operator()(const CreateNvmetHost& a) const { state_.hosts.insert(a.nqn); }
    void operator()(const RemoveNvmetHost& a) const { state_.hosts.erase(a.nqn); }
    void operator()(const CreateSubsystem& a) const {
        state_.subsystems[a.nqn] = {
            .nqn = a.nqn, .serial = a.serial, .namespaces = {}, .allowed_hosts = {}, .ids = a.ids};
    }
    void operator()(const RemoveSubsystem& a) const { state_.subsystems.erase(a.nqn); }
    void operator()(const CreateNamespace& a) const {
        state_.subsystems[a.nqn].namespaces[a.nsid] = a.ns;
    }
    void operator()(const AnnounceSize& a) const {
        state_.subsystems[a.nqn].namespaces[a.nsid].size_bytes = a.size_bytes;
    }
    void operator()(const RemoveNamespace& a) const {
        state_.subsystems[a.nqn].namespaces.erase(a.nsid);
    }
    void operator()(const AllowHost& a) const {
        state_.subsystems[a.nqn].allowed_hosts.insert(a.host_nqn);
    }
    void operator()(const DisallowHost& a) const {
        state_.subsystems[a.nqn].allowed_hosts.erase(a.host_nqn);
    }
    void operator()(const CreatePort& a) const {
        NvmetPort& port = state_.ports[a.port.id] = a.port;
        port.subsystems.clear();
    }
    void operator()(const RemovePort& a) const { state_.ports.erase(a.id); }
    void operator()(const SetAccess& a) const {
        state_.ports[a.port].inaccessible = a.inaccessible;
    }
    void operator()(const LinkSubsystem& a) const { state_.ports[a.port].subsystems.insert(a.nqn); }
    void operator()(const UnlinkSubsystem& a) const {
        state_.ports[a.port].subsystems.erase(a.nqn);
    }
    void operator()(const Connect& a) const { state_.connections[a.connection.nqn] = a.connection; }
    void operator()(const Disconnect& a) const { state_.connections.erase(a.nqn); }
    void operator()(const CreateHead& a) const {
        state_.heads[a.head] = {.attributes = a.attributes, .paths = {}, .enabled = false};
    }
    void operator()(const SetHead& a) const {
        state_.heads[a.head].attributes[a.attribute] = a.value;
    }
    void operator()(const EnableHead& a) const { state_.heads[a.head].enabled = true; }
    void operator()(const DisableHead& a) const {
        Head& head = state_.heads[a.head];
        head.enabled = false;
        for (auto& [name, path] : head.paths)
            path.enabled = false;
    }
    void operator()(const RemoveHead& a) const { state_.heads.erase(a.head); }
    void operator()(const CreatePath& a) const {
        state_.heads[a.head].paths[a.path] = {
            .device = "", .identity = a.identity, .priority = a.priority, .enabled = false};
    }
    void operator()(const SetPriority& a) const { path(a).priority = a.priority; }
    void operator()(const EnablePath& a) const {
        path(a).device = a.device;
        path(a).enabled = true;
    }
    void operator()(const DisablePath& a) const { path(a).enabled = false; }
    void operator()(const RemovePath& a) const { state_.heads[a.head].paths.erase(a.path); }
    // What is on a device, in a pool, held by a front or in the store is no part of a KernelState.
    void operator()(const Fence& /*a*/) const {}
    void operator()(const FailHeld& /*a*/) const {}
    void operator()(const WipeDm& /*a*/) const {}
    void operator()(const WipeRemote& /*a*/) const {}
    void operator()(const ResyncDirty& /*a*/) const {}
    void operator()(const CheckRaid& /*a*/) const {}
    void operator()(const CreateThin& /*a*/) const {}
    void operator()(const MarkFormatted& /*a*/) const {}
    void operator()(const RecordMember& /*a*/) const {}
    void operator()(const RecordReceipt& /*a*/) const {}
    void operator()(const RecordLetGo& /*a*/) const {}
    void operator()(const RecordServed& /*a*/) const {}
    void operator()(const ForgetVolume& /*a*/) const {}
    void operator()(const ForgetHost& /*a*/) const {}
    void operator()(const ForgetHead& /*a*/) const {}

  private:
    template <class A>
    [[nodiscard]] HeadPath& path(const A& a) const {
        return state_.heads[a.head].paths[a.path];
    }

    KernelState& state_;
};

}  // namespace

void apply_to(KernelState& state, const Action& action) {
    std::visit(Applier(state), action);
}

}  // namespace dnvme::plan
