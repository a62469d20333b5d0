// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>

#include "model/cluster.h"
#include "plan/kernel_state.h"

namespace dnvme::plan {

using Random = std::mt19937_64;

/// True once in @p n times.
bool one_in(Random& random, unsigned n);

/// Volumes of all shapes on a node with disks and hosts; some formatted, some being deleted.
model::Cluster random_cluster(Random& random);

/// What a kernel may look like that was built for an earlier state of @p cluster: other hosts
/// attached, other epochs, volumes that have gone from the store since.
KernelState random_past(const model::Cluster& cluster, Random& random);

/// What a crash or a person can do to it: suspended devices, other tables, missing tops, entries of
/// nvmet changed or gone.
void damage(KernelState& kernel, Random& random);

}  // namespace dnvme::plan
