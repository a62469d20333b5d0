// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "base/result.h"
#include "plan/action.h"
#include "plan/kernel_state.h"
#include "sys/sim_disks.h"
#include "sys/sim_heads.h"
#include "sys/sim_remotes.h"

namespace dnvme::sys {

/// What an action of the simulator is judged by. Refers, does not own.
struct SimView {
    const plan::KernelState& kernel;  ///< with open counts
    const SimDisks& disks;
    const std::map<std::string, std::set<std::uint32_t>>& thins;  ///< by pool metadata device
    const SimHeads& heads;
    const SimRemotes& remotes;
};

/// Tables and messages refuse for the reasons for which the kernel would. Pure.
Status check_action(const SimView& view, const plan::Action& action);

/// The metadata device of the pool with @p pool_uuid, as a reference; empty if it is no pool.
std::string pool_metadata(const plan::KernelState& kernel, const std::string& pool_uuid);

}  // namespace dnvme::sys
