// SPDX-License-Identifier: Apache-2.0
#include "store/leases.h"

#include <algorithm>
#include <random>

namespace dnvme::store {

/// Ids of an earlier life of the store must not name leases of this one.
Leases::Leases() {
    constexpr LeaseId most = LeaseId{1} << 62;
    std::random_device random;
    last_ = std::uniform_int_distribution<LeaseId>(1, most)(random);
}

LeaseId Leases::grant(std::chrono::seconds ttl, Time now) {
    ++last_;
    leases_[last_] = {.ttl = ttl, .until = now + ttl};
    return last_;
}

bool Leases::keep_alive(LeaseId lease, Time now) {
    const auto found = leases_.find(lease);
    if (found == leases_.end()) {
        return false;
    }
    found->second.until = now + found->second.ttl;
    return true;
}

std::vector<LeaseId> Leases::run_out(Time now) const {
    std::vector<LeaseId> found;
    for (const auto& [id, lease] : leases_) {
        if (lease.until <= now) {
            found.push_back(id);
        }
    }
    return found;
}

Leases::Time Leases::next(Time latest) const {
    for (const auto& [id, lease] : leases_) {
        latest = std::min(latest, lease.until);
    }
    return latest;
}

}  // namespace dnvme::store
