// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent.h"
#include "dnvme/v1/api.pb.h"

namespace dnvme::daemon {

struct VolumeHealth {
    v1::Health health = v1::HEALTH_OK;
    std::string problem;  ///< empty when it is OK
};

/// How far each member is that dm-raid brings up to date just now. Pure.
std::vector<v1::MemberProgress> rebuilds_of(const Observation& seen, const v1::Volume& volume);

/// Pure. DOWN before DEGRADED; within each the first leg and member decide.
VolumeHealth volume_health(const Observation& seen, const v1::Volume& volume);

/// Pure. What hosts see of a volume whose controllers are on this node, in bytes; 0: it is not
/// there.
std::uint64_t served_bytes(const Observation& seen, const v1::Volume& volume);

}  // namespace dnvme::daemon
