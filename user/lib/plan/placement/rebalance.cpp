// SPDX-License-Identifier: Apache-2.0
#include "plan/placement/rebalance.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace dnvme::plan::placement {
namespace {

using Id = Inventory::Id;
// 128 bits hold the product of any two sizes.
__extension__ using Wide = unsigned __int128;

/// A member that might move.
struct Piece {
    std::uint64_t size = 0;
    const PlacedLeg* leg = nullptr;
    std::uint32_t member = 0;

    [[nodiscard]] const Slice& slice() const { return leg->members[member]; }
};

bool goes_before(const Piece& a, const Piece& b) {
    return std::tie(b.size, a.leg->name, a.member) < std::tie(a.size, b.leg->name, b.member);
}

struct Sum {
    std::uint64_t used = 0;
    std::uint64_t capacity = 0;

    void add(const FreeSpace& space) {
        used += space.capacity() - space.total();
        capacity += space.capacity();
    }
};

Sum sum_of_disk(const Inventory& inventory, Id disk) {
    Sum sum;
    sum.add(inventory.disks()[disk].space);
    return sum;
}

Sum sum_of_node(const Inventory& inventory, Id node) {
    Sum sum;
    for (const Id disk : inventory.nodes()[node].disks)
        sum.add(inventory.disks()[disk].space);
    return sum;
}

Sum sum_of_usable(const Inventory& inventory) {
    Sum sum;
    for (const Inventory::DiskEntry& disk : inventory.disks()) {
        if (inventory.nodes()[disk.node].node.usable)
            sum.add(disk.space);
    }
    return sum;
}

/// Bytes that a node lacks of its fair share.
std::uint64_t lacking(const Inventory& inventory, Id node) {
    const Sum all = sum_of_usable(inventory);
    const Sum own = sum_of_node(inventory, node);
    if (!inventory.nodes()[node].node.usable || all.capacity == 0)
        return 0;
    const auto share = static_cast<std::uint64_t>(Wide{all.used} * own.capacity / all.capacity);
    return share > own.used ? share - own.used : 0;
}

/// How many others of its leg a member shares each domain with.
struct Shared {
    std::uint32_t site = 0;
    std::uint32_t rack = 0;
    std::uint32_t node = 0;

    void add(const Inventory::NodeEntry& a, const Inventory::NodeEntry& b) {
        site += a.site == b.site ? 1 : 0;
        rack += a.rack == b.rack ? 1 : 0;
        node += a.node.name == b.node.name ? 1 : 0;
    }
    [[nodiscard]] bool worse_than(const Shared& other) const {
        return site > other.site || rack > other.rack || node > other.node;
    }
};

class Rebalance {
  public:
    Rebalance(const Inventory& inventory, Id node)
        : trial_(inventory), node_(node), lacking_(lacking(inventory, node)) {}

    Status add(const std::vector<PlacedLeg>& legs);
    std::vector<Move> run(std::uint32_t max_moves);

  private:
    /// The fullest first, then by name.
    struct Fuller {
        bool operator()(const Inventory::Ranked& a, const Inventory::Ranked& b) const {
            return std::tie(b.use, a.name) < std::tie(a.use, b.name);
        }
    };

    Status add(const PlacedLeg& leg);
    std::optional<Move> next_move(Id from);
    [[nodiscard]] std::optional<Id> target(const Piece& piece, Id from) const;
    [[nodiscard]] bool may_move(const Piece& piece) const;
    [[nodiscard]] bool spread_allows(const Piece& piece) const;
    [[nodiscard]] bool mirror_allows(const Piece& piece) const;
    [[nodiscard]] bool key_allows(const Slice& slice) const;
    Move carry_out(const Piece& piece, Id to);
    [[nodiscard]] Inventory::Ranked rank(Id disk) const;
    [[nodiscard]] bool is_fuller(Id from, Id to, std::uint64_t size) const;
    [[nodiscard]] const Inventory::NodeEntry& node_of(const Slice& slice) const;

    Inventory trial_;
    Id node_;
    std::uint64_t lacking_;
    std::map<Id, std::vector<Piece>> pieces_;  ///< by disk, the next one last
    std::set<const PlacedLeg*> moved_;
};

Status Rebalance::add(const PlacedLeg& leg) {
    for (std::uint32_t member = 0; member < leg.members.size(); member++) {
        const Slice& slice = leg.members[member];
        const auto disk = trial_.find_disk(slice.disk);
        if (!disk)
            return fail(Code::not_found,
                        fmt::format("leg {}: disk '{}' does not exist", leg.name, slice.disk));
        if (!trial_.disks()[*disk].space.is_taken(slice.extent))
            return fail(Code::conflict, fmt::format("leg {}: disk '{}' has free what is said to be "
                                                    "its member {}",
                                                    leg.name, slice.disk, member));
        const Id node = trial_.disks()[*disk].node;
        if (!leg.pinned && node != node_ && trial_.nodes()[node].node.usable)
            pieces_[*disk].push_back({whole_units(slice.extent).size(), &leg, member});
    }
    return {};
}

Status Rebalance::add(const std::vector<PlacedLeg>& legs) {
    for (const PlacedLeg& leg : legs) {
        if (Status added = add(leg); !added)
            return added;
    }
    for (auto& [disk, pieces] : pieces_)
        std::sort(pieces.rbegin(), pieces.rend(), goes_before);
    return {};
}

Inventory::Ranked Rebalance::rank(Id disk) const {
    const Inventory::DiskEntry& entry = trial_.disks()[disk];
    return {.use = Inventory::use_of(entry.space), .name = entry.name, .id = disk};
}

// In the middle of the move: so the sum over all disks of capacity * use^2 falls.
bool Rebalance::is_fuller(Id from, Id to, std::uint64_t size) const {
    const Sum source = sum_of_disk(trial_, from);
    const Sum target = sum_of_disk(trial_, to);
    return Wide{target.used + size / 2} * source.capacity <
           Wide{source.used - size / 2} * target.capacity;
}

const Inventory::NodeEntry& Rebalance::node_of(const Slice& slice) const {
    return trial_.nodes()[trial_.disks()[trial_.find_disk(slice.disk).value()].node];
}

/// The least used disk of the node that has room and does not get too full.
std::optional<Id> Rebalance::target(const Piece& piece, Id from) const {
    const Node& node = trial_.nodes()[node_].node;
    std::optional<Inventory::Ranked> best;
    for (const Id disk : trial_.nodes()[node_].disks) {
        if (!trial_.disks()[disk].space.fits(piece.size) ||
            !piece.leg->members_on.matches(node.name, node.labels, trial_.disks()[disk].labels) ||
            !is_fuller(from, disk, piece.size))
            continue;
        Inventory::Ranked found = rank(disk);
        if (!best || found < *best)
            best = std::move(found);
    }
    return best ? std::optional(best->id) : std::nullopt;
}

bool Rebalance::spread_allows(const Piece& piece) const {
    Shared before;
    Shared after;
    for (std::uint32_t other = 0; other < piece.leg->members.size(); other++) {
        if (other == piece.member)
            continue;
        const Inventory::NodeEntry& there = node_of(piece.leg->members[other]);
        before.add(node_of(piece.slice()), there);
        after.add(trial_.nodes()[node_], there);
    }
    return !after.worse_than(before);
}

bool Rebalance::mirror_allows(const Piece& piece) const {
    const std::uint32_t mirror = piece.member ^ 1U;
    if (piece.leg->redundancy != Redundancy::raid10 || mirror >= piece.leg->members.size())
        return true;
    Shared before;
    Shared after;
    before.add(node_of(piece.slice()), node_of(piece.leg->members[mirror]));
    after.add(trial_.nodes()[node_], node_of(piece.leg->members[mirror]));
    return !after.worse_than(before);
}

/// With others of its key it is not to meet more of them.
bool Rebalance::key_allows(const Slice& slice) const {
    const Inventory::Counts& counts = trial_.counts(slice.anti_affinity);
    const std::uint32_t here = count_of(counts, trial_.find_node(node_of(slice).node.name).value());
    return count_of(counts, node_) <= (here == 0 ? 0 : here - 1);
}

bool Rebalance::may_move(const Piece& piece) const {
    return piece.size <= lacking_ && !moved_.contains(piece.leg) && spread_allows(piece) &&
           mirror_allows(piece) && key_allows(piece.slice());
}

Move Rebalance::carry_out(const Piece& piece, Id to) {
    const Slice& slice = piece.slice();
    const std::string& name = trial_.disks()[to].name;
    const std::uint64_t begin = trial_.disks()[to].space.first_fit(piece.size).value();
    const Extent extent{begin, begin + slice.extent.size()};
    // Both are known to be right: the inventory has the slice, and the room was just found.
    (void)trial_.give_back(slice);
    (void)trial_.take({.disk = name, .extent = extent, .anti_affinity = slice.anti_affinity});
    lacking_ -= piece.size;
    moved_.insert(piece.leg);
    return {.leg = piece.leg->name,
            .member = piece.member,
            .from = slice.disk,
            .to = name,
            .extent = extent};
}

// What cannot move now cannot move later: the target only gets fuller and this disk emptier.
std::optional<Move> Rebalance::next_move(Id from) {
    std::vector<Piece>& pieces = pieces_[from];
    while (!pieces.empty()) {
        const Piece piece = pieces.back();
        pieces.pop_back();
        if (!may_move(piece))
            continue;
        if (const auto to = target(piece, from))
            return carry_out(piece, *to);
    }
    return std::nullopt;
}

std::vector<Move> Rebalance::run(std::uint32_t max_moves) {
    std::set<Inventory::Ranked, Fuller> fullest;
    for (const auto& [disk, pieces] : pieces_)
        fullest.insert(rank(disk));
    std::vector<Move> moves;
    while (!fullest.empty() && moves.size() < max_moves && lacking_ > 0) {
        const Id from = fullest.extract(fullest.begin()).value().id;
        if (auto move = next_move(from)) {
            moves.push_back(*std::move(move));
            fullest.insert(rank(from));
        }
    }
    return moves;
}

}  // namespace

Result<std::vector<Move>> rebalance(const Inventory& inventory, const std::vector<PlacedLeg>& legs,
                                    const std::string& node, std::uint32_t max_moves) {
    const auto id = inventory.find_node(node);
    if (!id)
        return fail(Code::not_found, fmt::format("node '{}' does not exist", node));
    Rebalance rebalance(inventory, *id);
    if (Status added = rebalance.add(legs); !added)
        return pass(added.error());
    return rebalance.run(max_moves);
}

}  // namespace dnvme::plan::placement
