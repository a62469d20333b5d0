// SPDX-License-Identifier: Apache-2.0
#include "model/controllers.h"

#include <algorithm>

#include "model/handover.h"
#include "model/names.h"

namespace dnvme::model {
namespace {

/// 65519 divided among controller 0 and its standbys.
constexpr std::uint32_t kIdsEach = 13000;

}  // namespace

std::vector<v1::Controller> controllers_of(const v1::Volume& volume) {
    std::vector<v1::Controller> controllers(1);
    controllers[0].set_uuid(volume.uuid());
    controllers[0].set_port_offset(volume.port_offset());
    controllers.insert(controllers.end(), volume.standbys().begin(), volume.standbys().end());
    return controllers;
}

bool has_controller(const v1::Volume& volume, std::uint32_t number) {
    return number <= static_cast<std::uint32_t>(volume.standbys_size());
}

v1::Controller owner_of(const v1::Volume& volume) {
    return controllers_of(volume).at(volume.owner());
}

bool are_apart(const v1::Volume& volume) {
    return std::any_of(volume.standbys().begin(), volume.standbys().end(),
                       [](const v1::Controller& standby) { return !standby.node().empty(); });
}

std::string exported_uuid(const v1::Volume& volume, const v1::Controller& controller) {
    return controller.node().empty() ? controller.uuid() : volume.uuid();
}

std::string exported_nqn(const v1::Volume& volume, const v1::Controller& controller) {
    return subsystem_nqn(exported_uuid(volume, controller));
}

std::uint64_t next_epoch(std::uint64_t epoch) {
    ++epoch;
    return static_cast<std::uint32_t>(epoch) == 0 ? epoch + 1 : epoch;
}

void change_owner(v1::Volume& volume, std::uint32_t owner) {
    hand_over(volume, owner);
    volume.set_owner(owner);
    volume.set_epoch(next_epoch(volume.epoch()));
}

ControllerIds controller_ids(const v1::Volume& volume, std::uint32_t number) {
    if (volume.standbys().empty())
        return {};
    return {.first = static_cast<std::uint16_t>(number * kIdsEach + 1),
            .last = static_cast<std::uint16_t>((number + 1) * kIdsEach)};
}

}  // namespace dnvme::model
