// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "model/cluster.h"
#include "plan/planner.h"

/// Clusters to plan for, with uuids that a person can tell apart.
namespace dnvme::plan {

/// "<two letters>000000-0000-4000-8000-0000000000<two digits>", such as "d1..." for disks.
std::string sample_uuid(const std::string& prefix, int number);

/// Node n1 with a portal, disks d0 to d3 of 1 TiB, hosts h0 and h1.
model::Cluster sample_cluster();

/// Puts volume @p name into the cluster: @p legs legs of 10 GiB, not formatted, no host.
v1::Volume& add_volume(model::Cluster& cluster, const std::string& name, int legs,
                       v1::Redundancy redundancy);

/// Gives it another controller.
v1::Controller& add_standby(v1::Volume& volume);

void attach(v1::Volume& volume, const std::string& host);
/// As the store has it after MarkFormatted.
void format_all(model::Cluster& cluster);

/// Resizes a volume of the cluster: hosts see @p more bytes more.
void grow(model::Cluster& cluster, const std::string& name, std::uint64_t more);

std::set<std::string> all_disks(const model::Cluster& cluster);
Settings sample_settings();
Desired desire(const model::Cluster& cluster, const KernelState& actual = {});

/// What the plan of a cluster on some kernel says, a sentence each.
std::vector<std::string> sentences(const std::vector<Action>& plan);
std::vector<std::string> plan_for(const model::Cluster& cluster, const KernelState& actual);

/// A kernel in which everything that the cluster wants is there.
KernelState built(const model::Cluster& cluster);

}  // namespace dnvme::plan
