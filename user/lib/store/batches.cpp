// SPDX-License-Identifier: Apache-2.0
#include "store/batches.h"

namespace dnvme::store {

namespace {

std::size_t bytes_of(const Write& write) {
    return write.key.size() + (write.value ? write.value->size() : 0);
}

/// As many as one transaction takes, from @p next on; returns where to go on.
Result<std::size_t> write_some(Store& store, const std::vector<Step>& steps, std::size_t next,
                               Limits limits) {
    std::vector<Compare> compares;
    std::vector<Write> writes;
    std::size_t bytes = 0;
    for (; next < steps.size() && writes.size() < limits.writes; ++next) {
        const Step& step = steps[next];
        bytes += bytes_of(step.write);
        if (bytes > limits.bytes && !writes.empty()) {
            break;
        }
        compares.push_back({.key = step.write.key, .mod_revision = step.mod_revision});
        writes.push_back(step.write);
    }
    const auto written = store.transact(compares, writes);
    if (!written) {
        return pass(written.error());
    }
    return next;
}

}  // namespace

bool fit_together(const std::vector<Step>& steps, Limits limits) {
    std::size_t bytes = 0;
    for (const Step& step : steps) {
        bytes += bytes_of(step.write);
    }
    return steps.size() <= limits.writes && bytes <= limits.bytes;
}

Status write_steps(Store& store, const std::vector<Step>& steps, Limits limits) {
    for (std::size_t next = 0; next < steps.size();) {
        const auto written = write_some(store, steps, next, limits);
        if (!written) {
            return pass(written.error());
        }
        next = *written;
    }
    return {};
}

}  // namespace dnvme::store
