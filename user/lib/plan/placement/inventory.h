// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "plan/placement/free_space.h"
#include "plan/placement/selector.h"

namespace dnvme::plan::placement {

/// A server. Its labels "site" and "rack" are failure domains; a rack belongs to its site, so that
/// rack 3 of site a and rack 3 of site b are two. Nodes of a site without the label "rack" count as
/// one rack, those without "site" as one site: nothing says that they are apart.
struct Node {
    std::string name;
    Labels labels;
    bool usable = true;  ///< false: nothing new goes there
};

struct Disk {
    std::string name;  ///< unique among the disks of all nodes
    std::string node;
    Extent room;  ///< where slices may be
    Labels labels = {};
};

/// A piece of a disk that a volume has.
struct Slice {
    std::string disk;
    Extent extent;
    std::string anti_affinity;  ///< key of its volume; empty: none
};

/// Nodes, disks, and what is used of them, kept so that a choice looks at few of them and at no
/// volume. The order in which things were added does not matter for any choice. A value; const
/// members from any thread, others by one.
class Inventory {
  public:
    using Id = std::uint32_t;
    /// How much of a disk is used, in units of 2^-32.
    using Use = std::uint64_t;
    static constexpr Use kFull = 1ULL << 32;
    /// Volumes of one key on a node: members and controllers.
    using Counts = std::unordered_map<Id, std::uint32_t>;

    /// Errors: exists, not_found (the disk's node).
    Status add(const Node& node);
    Status add(const Disk& disk);
    /// Errors: not_found.
    Status set_usable(const std::string& node, bool usable);

    /// Errors: not_found, conflict (the disk has that space not free, or not taken). Nothing is
    /// changed then.
    Status take(const Slice& slice);
    Status give_back(const Slice& slice);

    /// A controller of a volume with that key. Errors: not_found, conflict (there is none).
    Status add_controller(const std::string& node, const std::string& anti_affinity);
    Status remove_controller(const std::string& node, const std::string& anti_affinity);

    /// An entry of an order: the least used comes first, then the name decides.
    struct Ranked {
        Use use = 0;  ///< of a node: how many controllers it has
        std::string name;
        Id id = 0;

        auto operator<=>(const Ranked&) const = default;
    };
    struct NodeEntry {
        Node node;
        Id site = 0;
        Id rack = 0;
        std::vector<Id> disks;
        std::uint32_t controllers = 0;
    };
    struct DiskEntry {
        std::string name;
        Id node = 0;
        FreeSpace space;
        Labels labels;
    };
    struct Rack {
        Id site = 0;
        std::string label;  ///< empty: not known
        std::set<Ranked> disks;
        std::set<Ranked> nodes;
    };
    struct Site {
        std::string label;  ///< empty: not known
    };

    [[nodiscard]] const std::vector<NodeEntry>& nodes() const { return nodes_; }
    [[nodiscard]] const std::vector<DiskEntry>& disks() const { return disks_; }
    [[nodiscard]] const std::vector<Rack>& racks() const { return racks_; }
    [[nodiscard]] const std::vector<Site>& sites() const { return sites_; }
    [[nodiscard]] std::optional<Id> find_node(const std::string& name) const;
    [[nodiscard]] std::optional<Id> find_disk(const std::string& name) const;
    /// Those of no key are none.
    [[nodiscard]] const Counts& counts(const std::string& anti_affinity) const;

    static Use use_of(const FreeSpace& space);

  private:
    using Ids = std::unordered_map<std::string, Id>;

    Id site_of(const std::string& label);
    Id rack_of(Id site, const std::string& label);
    /// Changes the space of a disk and puts it where it then belongs.
    template <class Change>
    bool change_space(Id disk, Change change);
    void change_controllers(Id node, std::uint32_t controllers);
    void count(const std::string& anti_affinity, Id node);
    void uncount(const std::string& anti_affinity, Id node);

    std::vector<NodeEntry> nodes_;
    std::vector<DiskEntry> disks_;
    std::vector<Rack> racks_;
    std::vector<Site> sites_;
    Ids node_ids_;
    Ids disk_ids_;
    Ids site_ids_;
    std::map<std::pair<Id, std::string>, Id> rack_ids_;
    std::unordered_map<std::string, Counts> counts_;
};

/// Of a key on a node.
inline std::uint32_t count_of(const Inventory::Counts& counts, Inventory::Id node) {
    const auto found = counts.find(node);
    return found == counts.end() ? 0 : found->second;
}

}  // namespace dnvme::plan::placement
