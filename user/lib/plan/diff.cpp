// SPDX-License-Identifier: Apache-2.0
#include "plan/diff.h"

#include <algorithm>

#include "model/controllers.h"
#include "model/names.h"
#include "plan/parts.h"

namespace dnvme::plan {
namespace {

/// Wants what is there of a volume that is down as it is, so that nothing touches it: it may well
/// be serving. Only hosts that are no longer attached lose it, and owners before their members.
class Keeper {
  public:
    Keeper(const Desired& desired, const KernelState& actual, KernelState& wanted)
        : desired_(desired), actual_(actual), wanted_(wanted) {}

    void keep(const v1::Volume& volume, const std::set<std::string>& attached) {
        for (const std::string& uuid : all_parts(volume)) {
            if (const auto device = actual_.dm.find(uuid);
                device != actual_.dm.end() && !desired_.fence.contains(uuid))
                wanted_.dm.insert(*device);
        }
        for (const v1::Controller& controller : model::controllers_of(volume))
            keep_export(model::exported_nqn(volume, controller), attached);
        for (const v1::Leg& leg : volume.legs()) {
            for (const v1::LogicalDisk& member : leg.members()) {
                if (!desired_.fence.contains(model::dm_uuid(model::DmKind::gate, member.uuid())))
                    keep_member(model::logical_disk_nqn(member.uuid()));
            }
        }
    }

  private:
    /// Its export here, or the connection to it: what is wanted of these is wanted also while the
    /// volume is down.
    void keep_member(const std::string& nqn) {
        if (const auto there = actual_.connections.find(nqn); there != actual_.connections.end())
            wanted_.connections.insert(*there);
        const auto there = actual_.subsystems.find(nqn);
        if (there != actual_.subsystems.end() && !wanted_.subsystems.contains(nqn))
            keep_export(nqn, there->second.allowed_hosts);
    }
    void keep_export(const std::string& nqn, const std::set<std::string>& attached) {
        const auto there = actual_.subsystems.find(nqn);
        if (there == actual_.subsystems.end())
            return;
        NvmetSubsystem& kept = wanted_.subsystems[nqn] = there->second;
        std::erase_if(kept.allowed_hosts, [&](const auto& h) { return !attached.contains(h); });
        wanted_.hosts.insert(kept.allowed_hosts.begin(), kept.allowed_hosts.end());
        for (const auto& [id, port] : actual_.ports) {
            if (port.subsystems.contains(nqn) && !kept.allowed_hosts.empty())
                keep_link(port, nqn);
        }
    }
    void keep_link(NvmetPort port, const std::string& nqn) {
        port.subsystems.clear();
        wanted_.ports.emplace(port.id, port).first->second.subsystems.insert(nqn);
    }

    const Desired& desired_;
    const KernelState& actual_;
    KernelState& wanted_;
};

KernelState with_down_volumes(const model::Cluster& cluster, const Desired& desired,
                              const KernelState& actual) {
    KernelState wanted = desired.kernel;
    Keeper keeper(desired, actual, wanted);
    for (const auto& [name, volume] : cluster.volumes) {
        if (desired.down.contains(volume.uuid()))
            keeper.keep(volume, attached_hosts(cluster, volume));
    }
    return wanted;
}

}  // namespace

Diff diff(const model::Cluster& cluster, const Desired& desired, const KernelState& actual) {
    Diff diff;
    diff.wanted = with_down_volumes(cluster, desired, actual);
    std::set_difference(diff.wanted.modules.begin(), diff.wanted.modules.end(),
                        actual.modules.begin(), actual.modules.end(),
                        std::inserter(diff.load_modules, diff.load_modules.end()));
    diff_dm(diff, cluster, desired, actual);
    diff_nvmet(diff, cluster, actual);
    diff_connections(diff, desired.node_nqn, actual);
    return diff;
}

}  // namespace dnvme::plan
