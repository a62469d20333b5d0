// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <SQLiteCpp/Exception.h>

#include "base/mutex.h"
#include "store/history.h"
#include "store/leases.h"
#include "store/sqlite_entries.h"
#include "store/store.h"

namespace dnvme::store {

/// Written into every file of ours, so that file(1) and we know it: "dnvm".
inline constexpr std::int64_t kApplicationId = 0x646e766d;
/// Version of the tables in the file (the records in them have one of their own).
inline constexpr std::int64_t kFileVersion = 1;

/// The store of one process: entries in a file, history and leases in memory. A lease that ran out
/// is ended by whoever comes next, so that there is no thread; nobody sees its keys after it.
/// Thread-safe.
class SqliteStore : public Store {
  public:
    explicit SqliteStore(SqliteEntries entries);

    Result<Snapshot> list(const std::string& prefix) override;
    Result<std::int64_t> transact(const std::vector<Compare>& compares,
                                  const std::vector<Write>& writes) override;
    std::unique_ptr<Watch> watch(const std::string& prefix, std::int64_t from_revision) override;
    Status compact(std::int64_t revision) override;
    Result<LeaseId> grant(std::chrono::seconds ttl) override;
    Status keep_alive(LeaseId lease) override;
    Status revoke(LeaseId lease) override;

    /// What Watch::next() gives.
    Result<Changes> wait_for_changes(const std::string& prefix, std::int64_t from,
                                     std::chrono::steady_clock::time_point deadline);

  private:
    Result<std::int64_t> write(const std::vector<Compare>& compares,
                               const std::vector<Write>& writes) DNVME_REQUIRES(mutex_);
    Status check_leases(const std::vector<Write>& writes) DNVME_REQUIRES(mutex_);
    void end_leases() DNVME_REQUIRES(mutex_);
    void end_lease(LeaseId lease) DNVME_REQUIRES(mutex_);

    Mutex mutex_;
    CondVar changed_;
    SqliteEntries entries_ DNVME_GUARDED_BY(mutex_);
    History history_ DNVME_GUARDED_BY(mutex_);
    Leases leases_ DNVME_GUARDED_BY(mutex_);
};

/// What an exception of SQLite means to us.
Error sqlite_error(const SQLite::Exception& exception);

}  // namespace dnvme::store
