// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dnvme/v1/records.pb.h"

/// The controllers of a volume, by number, and which of them owns it. Pure.
namespace dnvme::model {

inline constexpr std::uint32_t kMaxStandbys = 4;

/// Controller 0, which is the volume itself, and its standbys.
std::vector<v1::Controller> controllers_of(const v1::Volume& volume);

/// Whether the volume has a controller of this number.
bool has_controller(const v1::Volume& volume, std::uint32_t number);
/// The one that has the legs. Precondition: has_controller(volume, volume.owner()).
v1::Controller owner_of(const v1::Volume& volume);

/// Whether its controllers are on several nodes.
bool are_apart(const v1::Volume& volume);

/// What hosts see of a controller: the uuid of its namespace, after which its subsystem is named,
/// and the NQN of that. Controllers on several nodes show the same ones, as paths to one namespace.
std::string exported_uuid(const v1::Volume& volume, const v1::Controller& controller);
std::string exported_nqn(const v1::Volume& volume, const v1::Controller& controller);

/// The epoch after this one. Set Namespace Active tells the low 32 bits only, and 0 there says
/// nothing: such an epoch is left out.
std::uint64_t next_epoch(std::uint64_t epoch);
/// L3: another owner, another epoch. To be written by compare-and-swap. From one node to another it
/// is the beginning of a handover, see handover.h. Precondition: both controllers exist,
/// may_hand_over().
void change_owner(v1::Volume& volume, std::uint32_t owner);

/// Identifiers that an NVMe subsystem gives to its connections.
struct ControllerIds {
    std::uint16_t first = 1;
    std::uint16_t last = 65519;  ///< the highest that NVMe has

    bool operator==(const ControllerIds&) const = default;
};
/// Those of one controller of a volume; controllers of one volume share none.
ControllerIds controller_ids(const v1::Volume& volume, std::uint32_t number);

}  // namespace dnvme::model
