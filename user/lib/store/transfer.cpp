// SPDX-License-Identifier: Apache-2.0
#include "store/transfer.h"

#include <algorithm>
#include <vector>

#include "store/codec.h"

namespace dnvme::store {

namespace {

/// etcd takes 128 operations in a transaction, and 1.5 MiB, unless it is told otherwise.
constexpr std::size_t kMostEntries = 100;
constexpr std::size_t kMostBytes = 1U << 20U;

/// The cluster's record at the end.
Result<std::vector<Entry>> read_all(Store& from) {
    auto snapshot = from.list(kRoot);
    if (!snapshot) {
        return pass(snapshot.error());
    }
    std::vector<Entry>& entries = snapshot->entries;
    std::erase_if(entries, [](const Entry& entry) { return entry.lease != kNoLease; });
    std::stable_partition(entries.begin(), entries.end(),
                          [](const Entry& entry) { return entry.key != kClusterKey; });
    if (entries.empty() || entries.back().key != kClusterKey) {
        return fail(Code::precondition, "the store to copy from has no cluster");
    }
    return std::move(entries);
}

Status check_empty(Store& to) {
    const auto snapshot = to.list(kRoot);
    if (!snapshot) {
        return pass(snapshot.error());
    }
    if (!snapshot->entries.empty()) {
        return fail(Code::precondition,
                    "the store to copy to has records already: name an empty one");
    }
    return {};
}

/// As many entries as one transaction takes, from @p next on.
Result<std::size_t> write_some(const std::vector<Entry>& entries, std::size_t next, Store& to) {
    std::vector<Compare> compares;
    std::vector<Write> writes;
    std::size_t bytes = 0;
    for (; next < entries.size() && writes.size() < kMostEntries; ++next) {
        const Entry& entry = entries[next];
        bytes += entry.key.size() + entry.value.size();
        if (bytes > kMostBytes && !writes.empty()) {
            break;
        }
        compares.push_back({.key = entry.key, .mod_revision = 0});
        writes.push_back({.key = entry.key, .value = entry.value});
    }
    const auto written = to.transact(compares, writes);
    if (!written) {
        return pass(written.error());
    }
    return next;
}

}  // namespace

Result<std::size_t> copy_records(Store& from, Store& to) {
    const auto entries = read_all(from);
    if (!entries) {
        return pass(entries.error(), "copy the store");
    }
    if (auto empty = check_empty(to); !empty) {
        return pass(empty.error(), "copy the store");
    }
    for (std::size_t next = 0; next < entries->size();) {
        const auto written = write_some(*entries, next, to);
        if (!written) {
            return pass(written.error(), "copy the store");
        }
        next = *written;
    }
    return entries->size();
}

}  // namespace dnvme::store
