// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

/// The cluster's record: keys and values under revisions, as etcd has them. What the values mean
/// is said by store/records.h.
namespace dnvme::store {

struct Entry {
    std::string key;
    std::string value;
    std::int64_t mod_revision = 0;  ///< revision of the store at which it was last written
};

/// A condition of a transaction: the key was last written at this revision; 0: it does not exist.
struct Compare {
    std::string key;
    std::int64_t mod_revision = 0;
};

/// One write of a transaction; no value: the key is deleted.
struct Write {
    std::string key;
    std::optional<std::string> value;
};

struct Snapshot {
    std::int64_t revision = 0;
    std::vector<Entry> entries;  ///< sorted by key
};

/// Thread-safe.
class Store {
  public:
    virtual ~Store() = default;
    /// All entries whose key starts with @p prefix, at one revision.
    virtual Result<Snapshot> list(const std::string& prefix) = 0;
    /// All writes or none; returns the new revision, durable on return. Errors: conflict (a
    /// comparison did not hold: read again, try again), no_space, internal.
    virtual Result<std::int64_t> transact(const std::vector<Compare>& compares,
                                          const std::vector<Write>& writes) = 0;
};

/// The embedded store of a single node: an SQLite file in WAL mode, synchronous=FULL.
/// @p path ":memory:" is for --sim and tests. Created if it does not exist.
/// Errors: precondition (foreign file, newer schema, held by another daemon; the message says
/// which and what to do), internal (damaged).
Result<std::unique_ptr<Store>> open_sqlite(const std::string& path);

}  // namespace dnvme::store
