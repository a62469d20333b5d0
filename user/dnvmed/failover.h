// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <vector>

#include "model/cluster.h"
#include "model/places.h"
#include "store/statuses.h"

/// Which volumes get another owner because a node is lost. Pure.
///
/// A daemon that is gone is not enough: the data path of its node may be in the best of health. A
/// node is lost to a volume when, besides, no other node that is online and has a member of it that
/// is in-sync has a connection from there. That decides when it is done, never whether it is safe:
/// for that the receipts and the lease are there.
namespace dnvme::daemon {

struct Takeover {
    v1::Volume volume;  ///< as it is to be recorded, by compare-and-swap
    std::string lost;   ///< name of the node
    std::string owner;  ///< name of the node of its owner from now on
};

std::vector<Takeover> takeovers(const model::Cluster& cluster, const store::Statuses& statuses);

/// Nodes that are offline and have members of the volume that are in-sync, if without them the
/// others are not enough for another owner; else none.
std::set<std::string> nodes_missed(const model::Places& places, const store::Statuses& statuses,
                                   const v1::Volume& volume);

}  // namespace dnvme::daemon
