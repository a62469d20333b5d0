// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

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
    /// The node of its owner; empty if the store does not know it.
    [[nodiscard]] std::string node_of(const v1::Volume& volume) const {
        return node_of(volume, volume.owner());
    }
    /// The node of one of its controllers; empty if there is none of this number.
    [[nodiscard]] std::string node_of(const v1::Volume& volume, std::uint32_t controller) const;
    /// Whether @p node has one of its controllers.
    [[nodiscard]] bool has_controller_on(const v1::Volume& volume, const std::string& node) const;
    /// Whether @p node has its owner; any may, if the store does not know which does.
    [[nodiscard]] bool is_served_by(const v1::Volume& volume, const std::string& node) const;
    /// The nodes of its controllers and of its members' disks. A disk that the store does not know
    /// counts for nobody.
    [[nodiscard]] std::set<std::string> nodes_of(const v1::Volume& volume) const;
    /// Whether @p node is one of them; everybody is if nobody is known to be.
    [[nodiscard]] bool takes_part(const v1::Volume& volume, const std::string& node) const;
    /// Whether some controller reaches this member through the network.
    [[nodiscard]] bool is_shared(const v1::Volume& volume, const v1::LogicalDisk& member) const;
    /// Uuids of the members that the owner reaches through the network.
    [[nodiscard]] std::set<std::string> remote_members(const v1::Volume& volume) const;

  private:
    [[nodiscard]] std::string first_node_of(const v1::Volume& volume) const;

    std::map<std::string, const v1::Disk*> disks_;  ///< by uuid
};

/// For a new volume that has its legs: the node with most members, of several the first by name.
std::string busiest_node(const Places& places, const v1::Volume& volume);
/// Nodes for @p count standbys of a volume whose controller 0 is on @p node: others, those first
/// that have most members, then by name. In a cluster of one node that one: then there is none.
/// Errors: precondition (too few nodes).
Result<std::vector<std::string>> standby_nodes(const Cluster& cluster, const v1::Volume& volume,
                                               const std::string& node, std::uint32_t count);
/// Controller 0 of a volume that has its legs and standbys is on @p node. Gives the members that
/// some controller reaches through the network their TCP ports. Errors: as free_port_offset().
Status settle(Cluster cluster, v1::Volume& volume, const std::string& node);

}  // namespace dnvme::model
