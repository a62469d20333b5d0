// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include "base/mutex.h"
#include "store/store.h"

namespace dnvme::store {

/// Written into every file of ours, so that file(1) and we know it: "dnvm".
inline constexpr std::int64_t kApplicationId = 0x646e766d;
/// Version of the tables in the file (the records in them have one of their own).
inline constexpr std::int64_t kFileVersion = 1;

/// Keys under revisions in an SQLite database that is ours already (see sqlite_file.h).
/// Thread-safe.
class SqliteStore : public Store {
  public:
    explicit SqliteStore(SQLite::Database database) : database_(std::move(database)) {}

    Result<Snapshot> list(const std::string& prefix) override;
    Result<std::int64_t> transact(const std::vector<Compare>& compares,
                                  const std::vector<Write>& writes) override;

  private:
    Snapshot read(const std::string& prefix) DNVME_REQUIRES(mutex_);
    Result<std::int64_t> write(const std::vector<Compare>& compares,
                               const std::vector<Write>& writes) DNVME_REQUIRES(mutex_);
    Status check(const std::vector<Compare>& compares) DNVME_REQUIRES(mutex_);
    bool apply(const Write& write, std::int64_t revision) DNVME_REQUIRES(mutex_);

    Mutex mutex_;
    SQLite::Database database_ DNVME_GUARDED_BY(mutex_);
};

/// What an exception of SQLite means to us.
Error sqlite_error(const SQLite::Exception& exception);

}  // namespace dnvme::store
