// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent.h"
#include "dnvme/v1/api.pb.h"

namespace dnvme::daemon {

struct VolumeHealth {
    v1::Health health = v1::HEALTH_OK;
    std::string problem;  ///< empty when it is OK
};

/// Pure. DOWN before DEGRADED; within each the first leg and member decide.
VolumeHealth volume_health(const Observation& seen, const v1::Volume& volume);

}  // namespace dnvme::daemon
