// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/cluster.h"

namespace dnvme::model {

/// Says which node has to do with which volume. Pure; looks at the disks of the cluster once.
class VolumeNodes {
  public:
    explicit VolumeNodes(const Cluster& cluster);

    /// Names of the nodes on which something of the volume is: those of its members' disks, and that of
    /// its controllers. A disk that the cluster does not know counts for nobody.
    [[nodiscard]] std::set<std::string> of(const v1::Volume& volume) const;
    /// The one of its controllers, which says how it is; empty if it is not known.
    [[nodiscard]] std::string home(const v1::Volume& volume) const;
    /// Whether @p node is one of them; everybody is if nobody is known to be.
    [[nodiscard]] bool takes_part(const v1::Volume& volume, const std::string& node) const;

  private:
    [[nodiscard]] std::vector<std::string> of_members(const v1::Volume& volume) const;

    std::map<std::string, std::string> nodes_;  ///< by uuid of a disk
};

}  // namespace dnvme::model
