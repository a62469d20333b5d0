// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent.h"
#include "dnvme/v1/api.pb.h"

/// What this node knows of others from what their daemons say in the store. Pure.
namespace dnvme::daemon {

/// How a volume is, as the node of its controllers says.
struct VolumeState {
    v1::Health health = v1::HEALTH_UNSPECIFIED;
    std::string problem;
    std::int64_t since_unix_s = 0;  ///< 0: not known
    std::vector<v1::MemberProgress> rebuilds{};
    std::uint64_t size_bytes = 0;  ///< what hosts see of it; 0: nothing, or not known
};
VolumeState volume_state(const Observation& seen, const v1::Volume& volume);

/// Why a disk is not where it should be, or where it is instead.
std::string missing_words(const Observation& seen, const v1::Disk& disk);

/// Fills in where a disk of another node is, as that node says.
void view_disk_elsewhere(const Observation& seen, const v1::Disk& disk, v1::DiskView& view);

/// Fills in whether a node is online.
void view_presence(const Observation& seen, const std::string& node, v1::NodeView& view);

/// Uuids of the disks that other nodes have found and can use.
std::set<std::string> disks_elsewhere(const store::Statuses& statuses, const std::string& self);

}  // namespace dnvme::daemon
