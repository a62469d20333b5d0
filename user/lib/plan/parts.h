// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <vector>

#include "model/cluster.h"

/// What belongs to a volume. Pure.
///
/// The dm devices that it can have on whatever node, by dm uuid, each after those that it stands
/// on. Devices that its redundancy does not need are named too: nothing is there under these names.
namespace dnvme::plan {

/// Of one member: ld, gate.
std::vector<std::string> member_parts(const v1::LogicalDisk& member);

/// Its two gates below dm-raid: rmeta, rdata.
std::vector<std::string> member_gates(const v1::LogicalDisk& member);

/// Of one leg, from the gates up to the pool.
std::vector<std::string> pool_parts(const v1::Leg& leg);

/// The thin volume, and the gate that stands on it where the volume has a lease.
std::vector<std::string> top_parts(const v1::Leg& leg);
/// The fronts of all controllers, that of the owner last: it gets its legs after the others have
/// none.
std::vector<std::string> front_parts(const v1::Volume& volume);

/// All of a volume.
std::vector<std::string> all_parts(const v1::Volume& volume);

/// NQNs of the hosts that may connect; a host being deleted may not.
std::set<std::string> attached_hosts(const model::Cluster& cluster, const v1::Volume& volume);

}  // namespace dnvme::plan
