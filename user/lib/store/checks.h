// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/store.h"

/// What every kind of store refuses, in the same words. Pure.
namespace dnvme::store {

/// A transaction that names a key twice would depend on the order of its writes. Errors: invalid.
Status check_distinct(const std::vector<Write>& writes);

/// Errors: invalid (shorter than a second).
Status check_ttl(std::chrono::seconds ttl);

/// The error for a comparison that does not hold.
tl::unexpected<Error> changed_meanwhile(const std::string& key);

/// The error for a watch that needs what was before @p first, the oldest revision that is known.
tl::unexpected<Error> history_gone(std::int64_t first, std::int64_t asked_for);

/// The error for a lease that has run out.
tl::unexpected<Error> no_lease(LeaseId lease);

}  // namespace dnvme::store
