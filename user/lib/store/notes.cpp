// SPDX-License-Identifier: Apache-2.0
#include "store/notes.h"

#include <algorithm>
#include <charconv>

#include "store/codec.h"

namespace dnvme::store {

namespace {

std::int64_t to_number(const std::string& text) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}  // namespace

bool is_note(const std::string& key) {
    return key.starts_with(std::string(kRoot) + ".");
}

const Entry* find_entry(const Snapshot& snapshot, const std::string& key) {
    const auto found = std::ranges::find(snapshot.entries, key, &Entry::key);
    return found == snapshot.entries.end() ? nullptr : &*found;
}

std::int64_t total_revision(const Snapshot& snapshot) {
    const Entry* base = find_entry(snapshot, kRevisionBaseKey);
    return snapshot.revision + (base == nullptr ? 0 : to_number(base->value));
}

Result<std::vector<Entry>> records_of(const Snapshot& snapshot) {
    std::vector<Entry> records = snapshot.entries;
    std::erase_if(records,
                  [](const Entry& entry) { return entry.lease != kNoLease || is_note(entry.key); });
    std::stable_partition(records.begin(), records.end(),
                          [](const Entry& entry) { return entry.key != kClusterKey; });
    if (records.empty() || records.back().key != kClusterKey) {
        return fail(Code::precondition, "the store has no cluster");
    }
    return records;
}

}  // namespace dnvme::store
