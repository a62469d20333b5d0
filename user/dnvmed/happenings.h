// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "dnvme/v1/api.pb.h"
#include "store/records.h"

namespace dnvme::daemon {

/// What people would want to know of what is different in the store between two looks at it: which
/// records came, went or changed, and what the nodes say of themselves. Pure. The events bear
/// @p now_unix_s; records first, then nodes, then what they say.
std::vector<v1::ClusterEvent> happenings(const store::Loaded& before, const store::Loaded& now,
                                         std::int64_t now_unix_s);

}  // namespace dnvme::daemon
