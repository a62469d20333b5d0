// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace dnvme::store {

/// What happened at the newest revisions, in memory, for the watches of an embedded store. Forgets
/// the oldest when it grows too large. Not thread-safe.
class History {
  public:
    static constexpr std::size_t kMostBytes = 16U << 20U;

    /// @p revision that of the store now: what came before is not known.
    explicit History(std::int64_t revision, std::size_t most_bytes = kMostBytes)
        : most_bytes_(most_bytes), first_(revision + 1), last_(revision) {}

    /// All events of @p revision, which is newer than every one before.
    void add(std::int64_t revision, std::vector<Event> events);
    /// Errors: invalid (revision still to come).
    Status forget_before(std::int64_t revision);
    /// Events below @p prefix at @p from or later. Errors: compacted.
    [[nodiscard]] Result<std::vector<Event>> since(const std::string& prefix,
                                                   std::int64_t from) const;
    /// Of the last event, or of the store when this began.
    [[nodiscard]] std::int64_t revision() const { return last_; }

  private:
    void drop_oldest_revision();

    std::size_t most_bytes_;
    std::int64_t first_;  ///< every revision from here on is complete
    std::int64_t last_;
    std::size_t bytes_ = 0;
    std::deque<Event> events_;
};

}  // namespace dnvme::store
