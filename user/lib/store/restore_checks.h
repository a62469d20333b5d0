// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "model/cluster.h"
#include "store/restore.h"

/// What stands in the way of a restore. Pure.
namespace dnvme::store {

/// The backup is of the cluster that this node and its store (if @p live) are of. Errors:
/// precondition.
Status check_cluster(const Known& known, const Backup& backup, bool live);

/// Whether the cluster has this thing, under whatever name: it may have been renamed since.
bool is_there(const model::Cluster& cluster, const v1::Record& record);

/// A thing that is not there can be put there: its name, its disks and their slices, its TCP ports
/// and its NQN are not somebody else's by now. Errors: precondition.
Status check_fits(const model::Cluster& cluster, const v1::Record& record);

}  // namespace dnvme::store
