// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "base/result.h"
#include "store/store.h"

/// Many writes in as few transactions as a store takes.
namespace dnvme::store {

struct Limits {
    std::size_t writes = 0;
    std::size_t bytes = 0;
};

/// etcd takes 128 operations in a transaction, and 1.5 MiB, unless it is told otherwise.
inline constexpr Limits kEtcdLimits{.writes = 100, .bytes = 1U << 20U};
inline constexpr Limits kNoLimits{.writes = std::numeric_limits<std::size_t>::max(),
                                  .bytes = std::numeric_limits<std::size_t>::max()};

/// A write, and the revision that its key must have until then.
struct Step {
    Write write;
    std::int64_t mod_revision = 0;
};

/// Whether one transaction takes them all.
bool fit_together(const std::vector<Step>& steps, Limits limits);

/// In this order, up to the first transaction that fails. Errors: those of Store.
Status write_steps(Store& store, const std::vector<Step>& steps, Limits limits);

}  // namespace dnvme::store
