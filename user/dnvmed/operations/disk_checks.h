// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

#include "base/result.h"
#include "model/cluster.h"
#include "operations/intent.h"
#include "sys/doors.h"

/// May this device become a disk of ours, and which are there? Pure but for the last question.
namespace dnvme::daemon {

/// Errors: precondition (in use, of another owner, too small, signature without @p force), exists
/// (it is a disk of this cluster already). The message names the owner and what to do.
Status check_device(const model::Cluster& cluster, const sys::BlockDevice& device, bool force);

/// Whether the device carries a label of this cluster for which there is no record: it was written
/// by a create that did not come to its end, or the disk was deleted while it was away.
bool has_orphan_label(const model::Cluster& cluster, const sys::BlockDevice& device);

/// Uuids of the disks that some node has found and can use.
Result<std::set<std::string>> present_disks(const Context& context);

/// A name from the last part of a path: "/dev/disk/by-id/nvme-ACME_1" -> "nvme-acme_1".
std::string name_from_path(const std::string& path);

}  // namespace dnvme::daemon
