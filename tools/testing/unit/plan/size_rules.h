// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "plan/kernel_state.h"

/// What StrictMachine knows about sizes; an empty string if nothing is wrong.
namespace dnvme::plan {

/// Nothing is larger than what it stands on, and nothing that is there becomes smaller.
std::string sizes_fit(const KernelState& kernel, const DmDevice& device);

/// Hosts are told what is there.
std::string announced_size_is_right(const KernelState& kernel, const std::string& dm_uuid,
                                    std::uint64_t bytes);

}  // namespace dnvme::plan
