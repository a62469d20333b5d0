// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "plan/kernel_state.h"

/// How tables name devices, see DmTarget. Pure.
namespace dnvme::plan {

/// "{dm:<dm uuid>}"
std::string dm_reference(std::string_view dm_uuid);
/// "{disk:<disk uuid>}"
std::string disk_reference(std::string_view disk_uuid);
/// "{nvme:<logical disk uuid>}"
std::string nvme_reference(std::string_view logical_disk_uuid);

/// Uuids of the dm devices that @p device holds open.
std::set<std::string> dm_devices_below(const DmDevice& device);

/// Whether some dm device stands on the device of this logical disk of another node.
bool is_held(const KernelState& state, std::string_view logical_disk_uuid);

/// Dm devices and enabled namespaces that hold @p dm_uuid open.
std::size_t count_holders(const KernelState& state, const std::string& dm_uuid);

}  // namespace dnvme::plan
