// SPDX-License-Identifier: Apache-2.0
#include "plan/activation.h"

#include <linux/nvme-mpath-ext.h>
#include <linux/nvmet-mpath-ext.h>

#include "model/controllers.h"
#include "model/handover.h"
#include "model/names.h"
#include "model/places.h"
#include "plan/parts.h"

namespace dnvme::plan {
namespace {

/// NVMe's own: Invalid Field in Command, Invalid Namespace or Format.
constexpr std::uint16_t kInvalidField = 0x002;
constexpr std::uint16_t kInvalidNamespace = 0x00b;
/// What the agent needs for another attempt: its first pause.
constexpr std::uint8_t kRetry = 10;

std::uint16_t final(std::uint16_t status) {
    return status | NVMET_MPATH_EXT_DNR;
}

/// The module has looked at this too; it is cheap, and a wrong action must never become a right
/// one.
bool is_well_formed(const ActivationCommand& command) {
    const bool planned = command.flags == NVME_MPATH_EXT_PLANNED;
    return command.action <= NVME_MPATH_EXT_FENCE_PEER &&
           (command.flags == 0 || (planned && command.action == NVME_MPATH_EXT_ACTIVATE));
}

/// A controller, and the volume that it belongs to.
struct Place {
    const v1::Volume& volume;
    std::uint32_t number;

    [[nodiscard]] bool owns() const { return volume.owner() == number; }
};

/// The one on this node: those on others may have the same NQN.
std::optional<Place> find_place(const model::Cluster& cluster, const std::string& nqn,
                                const std::string& node) {
    const model::Places places(cluster);
    for (const auto& [name, volume] : cluster.volumes) {
        std::uint32_t number = 0;
        for (const v1::Controller& controller : model::controllers_of(volume)) {
            if (model::exported_nqn(volume, controller) == nqn &&
                places.node_of(volume, number) == node)
                return Place{volume, number};
            number++;
        }
    }
    return std::nullopt;
}

class Decision {
  public:
    Decision(const ActivationCommand& command, const Place& place, const Readiness& readiness)
        : command_(command), place_(place), uuid_(place.volume.uuid()), readiness_(readiness) {}

    [[nodiscard]] Verdict decide() const {
        if (command_.action == NVME_MPATH_EXT_QUERY)
            return {say(0), std::nullopt};
        if (place_.volume.deleting() || command_.epoch > place_.volume.epoch())
            return {say(final(NVME_MPATH_EXT_SC_REFUSED)), std::nullopt};
        if (command_.epoch != 0 && command_.epoch < place_.volume.epoch())
            return {say(final(NVME_MPATH_EXT_SC_STALE_EPOCH)), std::nullopt};
        if (readiness_.busy.contains(uuid_) ||
            (!place_.owns() && !model::is_handed_over(place_.volume)))
            return {say(NVME_MPATH_EXT_SC_IN_PROGRESS, kRetry), std::nullopt};
        if (place_.owns() || readiness_.down.contains(uuid_) ||
            !model::may_hand_over(place_.volume))
            return {conclude(), std::nullopt};
        return {{}, changed()};
    }

    [[nodiscard]] ActivationAnswer conclude() const {
        return place_.owns() && serves() ? say(0) : say(NVME_MPATH_EXT_SC_NOT_FENCED, kRetry);
    }

  private:
    [[nodiscard]] bool serves() const {
        return !readiness_.blind && !readiness_.down.contains(uuid_) &&
               !readiness_.failed.contains(uuid_) && !readiness_.busy.contains(uuid_);
    }
    [[nodiscard]] std::uint8_t state() const {
        if (!place_.owns())
            return NVME_MPATH_EXT_STATE_STANDBY;
        return serves() ? NVME_MPATH_EXT_STATE_ACTIVE : NVME_MPATH_EXT_STATE_ACTIVATING;
    }
    [[nodiscard]] ActivationAnswer say(std::uint16_t status, std::uint8_t retry = 0) const {
        return {.status = status,
                .state = state(),
                .epoch = place_.volume.epoch(),
                .retry_100ms = retry};
    }
    [[nodiscard]] v1::Volume changed() const {
        v1::Volume volume = place_.volume;
        model::change_owner(volume, place_.number);
        return volume;
    }

    const ActivationCommand& command_;
    const Place place_;
    const std::string& uuid_;
    const Readiness& readiness_;
};

/// What has nothing to do with the state of any volume; nothing of that is told either.
std::optional<ActivationAnswer> refuse(const ActivationCommand& command,
                                       const std::optional<Place>& place,
                                       const model::Cluster& cluster) {
    if (!is_well_formed(command))
        return ActivationAnswer{.status = final(kInvalidField)};
    if (!place || command.nsid != model::exported_nsid)
        return ActivationAnswer{.status = final(kInvalidNamespace)};
    if (!attached_hosts(cluster, place->volume).contains(command.host_nqn))
        return ActivationAnswer{.status = final(NVME_MPATH_EXT_SC_REFUSED)};
    return std::nullopt;
}

}  // namespace

Verdict decide(const ActivationCommand& command, const model::Cluster& cluster,
               const Readiness& readiness) {
    const auto place = find_place(cluster, command.subsystem_nqn, readiness.node);
    if (const auto refused = refuse(command, place, cluster))
        return {*refused, std::nullopt};
    return Decision(command, *place, readiness).decide();
}

ActivationAnswer conclude(const ActivationCommand& command, const model::Cluster& cluster,
                          const Readiness& readiness) {
    const auto place = find_place(cluster, command.subsystem_nqn, readiness.node);
    if (const auto refused = refuse(command, place, cluster))
        return *refused;
    return Decision(command, *place, readiness).conclude();
}

}  // namespace dnvme::plan
