// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>

#include "base/result.h"
#include "model/cluster.h"

/// Which node has which part of a volume. Pure.
namespace dnvme::model {

/// Refers to the cluster, which must outlive it.
class Places {
  public:
    explicit Places(const Cluster& cluster);

    /// Null if the store does not know it.
    [[nodiscard]] const v1::Disk* disk(const std::string& uuid) const;
    /// The node of its disk; empty if the store does not know the disk.
    [[nodiscard]] std::string node_of(const v1::LogicalDisk& member) const;
    /// The node of its controllers; empty if the store does not know it.
    [[nodiscard]] std::string node_of(const v1::Volume& volume) const;
    /// Whether @p node has its controllers; any may, if the store does not know which does.
    [[nodiscard]] bool is_served_by(const v1::Volume& volume, const std::string& node) const;
    /// The nodes of its controllers and of its members' disks. A disk that the store does not know
    /// counts for nobody.
    [[nodiscard]] std::set<std::string> nodes_of(const v1::Volume& volume) const;
    /// Whether @p node is one of them; everybody is if nobody is known to be.
    [[nodiscard]] bool takes_part(const v1::Volume& volume, const std::string& node) const;
    /// Whether the controllers reach this member through the network.
    [[nodiscard]] bool is_remote(const v1::Volume& volume, const v1::LogicalDisk& member) const;
    /// Uuids of the members that are.
    [[nodiscard]] std::set<std::string> remote_members(const v1::Volume& volume) const;

  private:
    std::map<std::string, const v1::Disk*> disks_;  ///< by uuid
};

/// For a new volume that has its legs: its controllers are to be on node @p wanted, or, if that is
/// empty, on the node with most members, of several the first by name. Gives the members on other
/// nodes their TCP ports. Errors: as free_port_offset().
Status settle(Cluster cluster, v1::Volume& volume, const std::string& wanted);

}  // namespace dnvme::model
