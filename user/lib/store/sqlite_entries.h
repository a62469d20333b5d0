// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <SQLiteCpp/Database.h>

#include "store/store.h"

namespace dnvme::store {

/// Keys under revisions in an SQLite database that is ours already (see sqlite_file.h). Throws
/// SQLite::Exception; what was begun is rolled back. Not thread-safe.
class SqliteEntries {
  public:
    explicit SqliteEntries(SQLite::Database database) : database_(std::move(database)) {}

    struct Written {
        std::int64_t revision = 0;
        std::vector<Event> events;  ///< none: nothing changed, the revision neither
    };

    std::int64_t revision();
    Snapshot read(const std::string& prefix);
    /// Errors: conflict.
    Result<Written> write(const std::vector<Compare>& compares, const std::vector<Write>& writes);
    /// Writes that delete the keys of a lease, or of all.
    std::vector<Write> end_of(std::optional<LeaseId> lease);

  private:
    Status check(const std::vector<Compare>& compares);
    std::optional<Event> apply(const Write& write, std::int64_t revision);
    bool put(const Write& write, std::int64_t revision);
    bool erase(const std::string& key);

    SQLite::Database database_;
};

}  // namespace dnvme::store
