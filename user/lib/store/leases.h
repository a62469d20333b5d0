// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <vector>

#include "store/store.h"

namespace dnvme::store {

/// When the leases of an embedded store run out, by a clock that is only ever given: no thread and
/// no timer. Not thread-safe.
class Leases {
  public:
    using Time = std::chrono::steady_clock::time_point;

    Leases();
    LeaseId grant(std::chrono::seconds ttl, Time now);
    /// False: there is no such lease.
    bool keep_alive(LeaseId lease, Time now);
    void end(LeaseId lease) { leases_.erase(lease); }
    [[nodiscard]] bool exists(LeaseId lease) const { return leases_.contains(lease); }
    /// Those that should be ended.
    [[nodiscard]] std::vector<LeaseId> run_out(Time now) const;
    /// When the next one runs out; @p latest if none does before.
    [[nodiscard]] Time next(Time latest) const;

  private:
    struct Lease {
        std::chrono::seconds ttl;
        Time until;
    };
    LeaseId last_;
    std::map<LeaseId, Lease> leases_;
};

}  // namespace dnvme::store
