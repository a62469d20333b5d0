// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite_store.h"

#include <set>

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>
#include <sqlite3.h>

namespace dnvme::store {

namespace {

std::int64_t current_revision(SQLite::Database& database) {
    return database.execAndGet("SELECT revision FROM store").getInt64();
}

/// A transaction that names a key twice would depend on the order of its writes.
Status check_distinct(const std::vector<Write>& writes) {
    std::set<std::string> keys;
    for (const Write& write : writes) {
        if (!keys.insert(write.key).second) {
            return fail(Code::invalid,
                        fmt::format("key '{}' is written twice in one transaction", write.key));
        }
    }
    return {};
}

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

Result<Snapshot> SqliteStore::list(const std::string& prefix) {
    MutexLock lock(mutex_);
    try {
        return read(prefix);
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
        return write(compares, writes);
    } catch (const SQLite::Exception& exception) {
        return pass(sqlite_error(exception), "write the store");
    }
}

Snapshot SqliteStore::read(const std::string& prefix) {
    // One read transaction, so that the entries and the revision belong together.
    SQLite::Transaction transaction(database_);
    Snapshot snapshot{.revision = current_revision(database_), .entries = {}};
    SQLite::Statement select(database_,
                             "SELECT key, value, mod_revision FROM entries "
                             "WHERE key >= ?1 AND substr(key, 1, length(?1)) = ?1 ORDER BY key");
    select.bind(1, prefix);
    while (select.executeStep()) {
        snapshot.entries.push_back({.key = select.getColumn(0).getString(),
                                    .value = select.getColumn(1).getString(),
                                    .mod_revision = select.getColumn(2).getInt64()});
    }
    return snapshot;
}

Result<std::int64_t> SqliteStore::write(const std::vector<Compare>& compares,
                                        const std::vector<Write>& writes) {
    // Rolls back unless committed.
    SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
    if (auto held = check(compares); !held) {
        return pass(held.error());
    }
    const std::int64_t revision = current_revision(database_) + 1;
    bool changed = false;
    for (const Write& write : writes) {
        changed = apply(write, revision) || changed;
    }
    if (!changed) {
        return revision - 1;
    }
    SQLite::Statement raise(database_, "UPDATE store SET revision = ?1");
    raise.bind(1, revision);
    raise.exec();
    transaction.commit();
    return revision;
}

Status SqliteStore::check(const std::vector<Compare>& compares) {
    SQLite::Statement select(database_, "SELECT mod_revision FROM entries WHERE key = ?1");
    for (const Compare& compare : compares) {
        select.reset();
        select.bind(1, compare.key);
        const std::int64_t found = select.executeStep() ? select.getColumn(0).getInt64() : 0;
        if (found != compare.mod_revision) {
            return fail(
                Code::conflict,
                fmt::format("'{}' was changed by somebody else meanwhile: try again", compare.key));
        }
    }
    return {};
}

/// Says whether anything changed: deleting what is not there does not.
bool SqliteStore::apply(const Write& write, std::int64_t revision) {
    if (!write.value) {
        SQLite::Statement erase(database_, "DELETE FROM entries WHERE key = ?1");
        erase.bind(1, write.key);
        return erase.exec() > 0;
    }
    SQLite::Statement put(database_,
                          "INSERT OR REPLACE INTO entries (key, value, mod_revision) "
                          "VALUES (?1, ?2, ?3)");
    put.bind(1, write.key);
    put.bind(2, write.value->data(), static_cast<int>(write.value->size()));
    put.bind(3, revision);
    return put.exec() > 0;
}

}  // namespace dnvme::store
