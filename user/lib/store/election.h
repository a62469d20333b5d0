// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "store/store.h"

namespace dnvme::store {

struct Leader {
    std::string name;       ///< what it campaigned as
    std::int64_t term = 0;  ///< revision of its election; grows with every election
};

/// Elects one leader among those who campaign for the same key: who writes the key first, bound to
/// a lease. It leads until it resigns or its lease runs out. A leader that does not know yet that
/// it was replaced is harmless if its transactions contain proof(). Not thread-safe.
class Election {
  public:
    /// @p lease is kept alive, and ended, by the caller. @p store outlives this.
    Election(Store& store, std::string key, std::string name, LeaseId lease)
        : store_(store), key_(std::move(key)), name_(std::move(name)), lease_(lease) {}

    /// Waits to be elected, for at most @p timeout; false: somebody else led when it was last seen.
    /// True at once for who leads already. Errors: not_found (the lease has run out), those of
    /// Store; after any of them call it again: an election that was won unnoticed is found.
    Result<bool> campaign(std::chrono::milliseconds timeout);
    /// Who leads, if anybody.
    Result<std::optional<Leader>> leader();
    /// Gives up leading. Not to lead is success.
    Status resign();
    /// To be compared in every transaction of a leader; without meaning before it was elected.
    [[nodiscard]] Compare proof() const { return {.key = key_, .mod_revision = term_}; }

  private:
    Result<std::optional<Entry>> find(std::int64_t& revision);
    Result<bool> try_once(std::int64_t& revision);

    Store& store_;
    const std::string key_;
    const std::string name_;
    const LeaseId lease_;
    std::int64_t term_ = 0;
};

}  // namespace dnvme::store
