// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/cluster.h"
#include "sys/doors.h"

namespace dnvme::daemon {

/// The labelled devices of a machine, sorted into those to use and those to leave alone. A value.
struct FoundDisks {
    std::vector<sys::BlockDevice> usable;          ///< of this cluster, each label once
    std::map<std::string, std::string> ambiguous;  ///< uuid of a label found twice -> where

    [[nodiscard]] std::set<std::string> uuids() const;
    /// Path of the device with this label; empty if there is none to use.
    [[nodiscard]] std::string path_of(const std::string& uuid) const;
};

/// Pure. Two devices with one label are a disk and its copy: nobody knows which is which, so
/// neither is used.
FoundDisks sort_found(const std::vector<sys::BlockDevice>& labelled, const v1::Cluster& cluster);

}  // namespace dnvme::daemon
