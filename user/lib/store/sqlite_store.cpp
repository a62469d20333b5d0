// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite_store.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

#include "store/checks.h"

namespace dnvme::store {

namespace {

using Clock = std::chrono::steady_clock;

class SqliteWatch : public Watch {
  public:
    SqliteWatch(SqliteStore& store, std::string prefix, std::int64_t from)
        : store_(store), prefix_(std::move(prefix)), from_(from) {}

    Result<Changes> next(std::chrono::milliseconds timeout) override {
        auto changes = store_.wait_for_changes(prefix_, from_, Clock::now() + timeout);
        if (changes) {
            from_ = changes->revision + 1;
        }
        return changes;
    }

  private:
    SqliteStore& store_;
    const std::string prefix_;
    std::int64_t from_;
};

}  // namespace

Error sqlite_error(const SQLite::Exception& exception) {
    switch (exception.getErrorCode()) {
        case SQLITE_FULL:
            return {Code::no_space,
                    "the file system of the store is full: make room and try again"};
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return {Code::internal,
                    fmt::format("the file is damaged ({}): stop dnvmed, move the file away and put "
                                "back its last backup",
                                exception.what())};
        default:
            return {Code::internal, exception.getErrorStr()};
    }
}

SqliteStore::SqliteStore(SqliteEntries entries)
    : entries_(std::move(entries)), history_(entries_.revision()) {}

Result<Snapshot> SqliteStore::list(const std::string& prefix) {
    MutexLock lock(mutex_);
    try {
        end_leases();
        return entries_.read(prefix);
    } catch (const SQLite::Exception& exception) {
        return pass(sqlite_error(exception), "read the store");
    }
}

Result<std::int64_t> SqliteStore::transact(const std::vector<Compare>& compares,
                                           const std::vector<Write>& writes) {
    if (auto distinct = check_distinct(writes); !distinct) {
        return pass(distinct.error());
    }
    MutexLock lock(mutex_);
    try {
        end_leases();
        if (auto held = check_leases(writes); !held) {
            return pass(held.error());
        }
        return write(compares, writes);
    } catch (const SQLite::Exception& exception) {
        return pass(sqlite_error(exception), "write the store");
    }
}

std::unique_ptr<Watch> SqliteStore::watch(const std::string& prefix, std::int64_t from_revision) {
    return std::make_unique<SqliteWatch>(*this, prefix, std::max<std::int64_t>(from_revision, 1));
}

Result<Changes> SqliteStore::wait_for_changes(const std::string& prefix, std::int64_t from,
                                              Clock::time_point deadline) {
    MutexLock lock(mutex_);
    try {
        while (true) {
            end_leases();
            auto events = history_.since(prefix, from);
            if (!events) {
                return pass(events.error());
            }
            if (!events->empty() || Clock::now() >= deadline) {
                return Changes{.revision = std::max(history_.revision(), from - 1),
                               .events = std::move(*events)};
            }
            changed_.wait_until(mutex_, leases_.next(deadline));
        }
    } catch (const SQLite::Exception& exception) {
        return pass(sqlite_error(exception), "watch the store");
    }
}

Status SqliteStore::compact(std::int64_t revision) {
    MutexLock lock(mutex_);
    return history_.forget_before(revision);
}

Result<LeaseId> SqliteStore::grant(std::chrono::seconds ttl) {
    if (auto long_enough = check_ttl(ttl); !long_enough) {
        return pass(long_enough.error());
    }
    MutexLock lock(mutex_);
    const LeaseId lease = leases_.grant(ttl, Clock::now());
    changed_.notify_all();  // who waits, waits for the end of this one, too
    return lease;
}

Status SqliteStore::keep_alive(LeaseId lease) {
    MutexLock lock(mutex_);
    try {
        end_leases();
    } catch (const SQLite::Exception& exception) {
        return pass(sqlite_error(exception), "write the store");
    }
    if (!leases_.keep_alive(lease, Clock::now())) {
        return no_lease(lease);
    }
    return {};
}

Status SqliteStore::revoke(LeaseId lease) {
    MutexLock lock(mutex_);
    try {
        end_lease(lease);
        return {};
    } catch (const SQLite::Exception& exception) {
        return pass(sqlite_error(exception), "write the store");
    }
}

Result<std::int64_t> SqliteStore::write(const std::vector<Compare>& compares,
                                        const std::vector<Write>& writes) {
    auto written = entries_.write(compares, writes);
    if (!written) {
        return pass(written.error());
    }
    if (!written->events.empty()) {
        history_.add(written->revision, std::move(written->events));
        changed_.notify_all();
    }
    return written->revision;
}

Status SqliteStore::check_leases(const std::vector<Write>& writes) {
    for (const Write& write : writes) {
        if (write.lease != kNoLease && !leases_.exists(write.lease)) {
            return no_lease(write.lease);
        }
    }
    return {};
}

void SqliteStore::end_leases() {
    for (const LeaseId lease : leases_.run_out(Clock::now())) {
        end_lease(lease);
    }
}

/// Keys first: if they cannot be deleted now, somebody will try again.
void SqliteStore::end_lease(LeaseId lease) {
    if (write({}, entries_.end_of(lease))) {
        leases_.end(lease);
    }
}

}  // namespace dnvme::store
