// SPDX-License-Identifier: Apache-2.0
#include "torture/checker.h"

#include <algorithm>
#include <array>
#include <map>

namespace dnvme::torture {

namespace {

/// A write and the reads that saw it.
struct Cluster {
    Operation write;
    std::vector<Operation> reads;
    std::int64_t first_end = never;
    std::int64_t last_begin = always;

    void note(const Operation& operation) {
        first_end = std::min(first_end, operation.end);
        last_begin = std::max(last_begin, operation.begin);
    }
    [[nodiscard]] bool must_precede(const Cluster& other) const {
        return first_end < other.last_begin;
    }
    [[nodiscard]] bool is_forward() const { return first_end < last_begin; }
    [[nodiscard]] bool was_seen_before(std::int64_t time) const {
        return std::any_of(reads.begin(), reads.end(),
                           [time](const Operation& read) { return read.end < time; });
    }
    [[nodiscard]] const Operation& last() const {
        return *std::max_element(reads.begin(), reads.end(),
                                 [](const auto& a, const auto& b) { return a.begin < b.begin; });
    }
};

// The key of what was there before; a run's number is never 0.
constexpr Value before{};

class BlockCheck {
  public:
    BlockCheck(const std::vector<const Operation*>& operations, Verdict& verdict, std::size_t keep)
        : verdict_(verdict), keep_(keep) {
        add_before();
        for (const Operation* operation : operations) {
            if (operation->is_write) {
                add_write(*operation);
            }
        }
        for (const Operation* operation : operations) {
            if (!operation->is_write && operation->end != never) {
                add_read(*operation);
            }
        }
    }

    void run() {
        std::vector<const Cluster*> forward;
        for (const auto& [value, cluster] : clusters_) {
            if (cluster.is_forward()) {
                forward.push_back(&cluster);
            }
        }
        std::sort(forward.begin(), forward.end(),
                  [](const auto* a, const auto* b) { return a->first_end < b->first_end; });
        compare_neighbours(forward);
        for (const auto& [value, cluster] : clusters_) {
            if (!cluster.is_forward()) {
                find_around(cluster);
            }
        }
    }

  private:
    void add_before() {
        Cluster& cluster = clusters_[before];
        cluster.write = {true, 0, always, always, {}, before};
        cluster.note(cluster.write);
    }

    void add_write(const Operation& write) {
        Cluster& cluster = clusters_[write.content.value];
        cluster.write = write;
        cluster.note(write);
        ++verdict_.writes;
        if (write.end == never) {
            ++verdict_.unknown_writes;
            first_unknown_ = std::min(first_unknown_, write.begin);
        }
    }

    void add_read(const Operation& read) {
        ++verdict_.reads;
        const Found found = read.content.found;
        if (found == Found::torn) {
            if (first_unknown_ > read.end) {
                report({Wrong::torn, read, {}, {}, {}});
            }
            return;
        }
        const auto place = clusters_.find(found == Found::zeros ? before : read.content.value);
        if ((found != Found::stamp && found != Found::zeros) || place == clusters_.end()) {
            report({Wrong::foreign, read, {}, {}, {}});
        } else if (read.end < place->second.write.begin) {
            report({Wrong::early, read, place->second.write, {}, {}});
        } else {
            place->second.reads.push_back(read);
            place->second.note(read);
        }
    }

    // Keeps the one that reaches furthest, with which all later ones are compared; and those that
    // overlap nothing, for find_around().
    void compare_neighbours(const std::vector<const Cluster*>& forward) {
        for (const Cluster* cluster : forward) {
            if (!zones_.empty() && cluster->first_end < zones_.back()->last_begin) {
                explain(*zones_.back(), *cluster);
                if (cluster->last_begin > zones_.back()->last_begin) {
                    zones_.push_back(cluster);
                }
            } else {
                zones_.push_back(cluster);
            }
        }
    }

    // The zones' ends rise with their beginnings: the last that begins before is the one to ask.
    void find_around(const Cluster& cluster) {
        const auto after =
            std::partition_point(zones_.begin(), zones_.end(),
                                 [&](const Cluster* zone) { return zone->must_precede(cluster); });
        if (after != zones_.begin() && cluster.must_precede(**(after - 1))) {
            explain(**(after - 1), cluster);
        }
    }

    // Each must precede the other. The one to blame is the read that began last: it saw a value
    // after the other one had been there.
    void explain(const Cluster& a, const Cluster& b) {
        const bool a_is_later =
            b.reads.empty() || (!a.reads.empty() && a.last().begin > b.last().begin);
        const Cluster& old = a_is_later ? a : b;
        const Cluster& newer = a_is_later ? b : a;
        if (old.reads.empty()) {
            return;  // cannot be: two writes alone are never ordered both ways
        }
        const Operation& read = old.last();
        Violation violation{Wrong::stale, read, old.write, newer.write, {}};
        if (newer.was_seen_before(read.begin)) {
            violation.wrong = Wrong::resurrected;
            violation.proof = *std::find_if(newer.reads.begin(), newer.reads.end(),
                                            [&](const auto& r) { return r.end < read.begin; });
        } else if (newer.reads.empty()) {
            violation.wrong = Wrong::lost;
        }
        report(violation);
    }

    void report(const Violation& violation) {
        ++verdict_.count;
        if (verdict_.violations.size() < keep_) {
            verdict_.violations.push_back(violation);
        }
    }

    Verdict& verdict_;
    std::size_t keep_;
    std::map<Value, Cluster> clusters_;
    std::vector<const Cluster*> zones_;
    std::int64_t first_unknown_ = never;
};

}  // namespace

std::string_view word(Wrong wrong) {
    constexpr std::array<std::string_view, 6> words{"stale",   "lost", "resurrected",
                                                    "foreign", "torn", "early"};
    return words.at(static_cast<std::size_t>(wrong));
}

Verdict check(const std::vector<Operation>& operations, std::size_t keep) {
    std::map<std::uint64_t, std::vector<const Operation*>> blocks;
    for (const Operation& operation : operations) {
        blocks[operation.block].push_back(&operation);
    }
    Verdict verdict;
    verdict.blocks = blocks.size();
    for (const auto& [block, of_block] : blocks) {
        BlockCheck(of_block, verdict, keep).run();
    }
    return verdict;
}

}  // namespace dnvme::torture
