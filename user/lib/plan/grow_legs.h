// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "model/cluster.h"
#include "model/layout.h"

/// Space for a volume that grows. Pure.
namespace dnvme::plan {

struct GrownVolume {
    v1::Volume volume;
    /// What each member gets, one sentence each.
    std::vector<std::string> notes;
};

/// @p volume, one of @p cluster, with the sizes of @p layout. Every member has what it lacks from
/// its own disk: directly behind what it has if that is free, else wherever there is room for it in
/// one piece. Errors: no_space (says which member on which disk lacks how much), precondition (the
/// store does not know the disk of a member).
Result<GrownVolume> grow_legs(const model::Cluster& cluster, v1::Volume volume,
                              const model::VolumeLayout& layout);

}  // namespace dnvme::plan
