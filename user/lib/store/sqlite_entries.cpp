// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite_entries.h"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include "store/checks.h"

namespace dnvme::store {

std::int64_t SqliteEntries::revision() {
    return database_.execAndGet("SELECT revision FROM store").getInt64();
}

Snapshot SqliteEntries::read(const std::string& prefix) {
    // One read transaction, so that the entries and the revision belong together.
    SQLite::Transaction transaction(database_);
    Snapshot snapshot{.revision = revision(), .entries = {}};
    SQLite::Statement select(database_,
                             "SELECT entries.key, value, mod_revision, ifnull(lease, 0) "
                             "FROM entries LEFT JOIN leased ON leased.key = entries.key "
                             "WHERE entries.key >= ?1 "
                             "AND substr(entries.key, 1, length(?1)) = ?1 ORDER BY entries.key");
    select.bind(1, prefix);
    while (select.executeStep()) {
        snapshot.entries.push_back({.key = select.getColumn(0).getString(),
                                    .value = select.getColumn(1).getString(),
                                    .mod_revision = select.getColumn(2).getInt64(),
                                    .lease = select.getColumn(3).getInt64()});
    }
    return snapshot;
}

Result<SqliteEntries::Written> SqliteEntries::write(const std::vector<Compare>& compares,
                                                    const std::vector<Write>& writes) {
    // Rolls back unless committed.
    SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
    if (auto held = check(compares); !held) {
        return pass(held.error());
    }
    Written written{.revision = revision() + 1, .events = {}};
    for (const Write& write : writes) {
        if (auto event = apply(write, written.revision)) {
            written.events.push_back(std::move(*event));
        }
    }
    if (written.events.empty()) {
        --written.revision;
        return written;
    }
    SQLite::Statement raise(database_, "UPDATE store SET revision = ?1");
    raise.bind(1, written.revision);
    raise.exec();
    transaction.commit();
    return written;
}

std::vector<Write> SqliteEntries::end_of(std::optional<LeaseId> lease) {
    SQLite::Statement select(database_, "SELECT key FROM leased WHERE ?1 OR lease = ?2");
    select.bind(1, lease ? 0 : 1);
    select.bind(2, lease.value_or(kNoLease));
    std::vector<Write> writes;
    while (select.executeStep()) {
        writes.push_back({.key = select.getColumn(0).getString(), .value = std::nullopt});
    }
    return writes;
}

Status SqliteEntries::check(const std::vector<Compare>& compares) {
    SQLite::Statement select(database_, "SELECT mod_revision FROM entries WHERE key = ?1");
    for (const Compare& compare : compares) {
        select.reset();
        select.bind(1, compare.key);
        const std::int64_t found = select.executeStep() ? select.getColumn(0).getInt64() : 0;
        if (found != compare.mod_revision) {
            return changed_meanwhile(compare.key);
        }
    }
    return {};
}

/// Nothing if nothing changed: deleting what is not there.
std::optional<Event> SqliteEntries::apply(const Write& write, std::int64_t revision) {
    SQLite::Statement unbind(database_, "DELETE FROM leased WHERE key = ?1");
    unbind.bind(1, write.key);
    unbind.exec();
    if (!(write.value ? put(write, revision) : erase(write.key))) {
        return std::nullopt;
    }
    return Event{.key = write.key, .value = write.value, .mod_revision = revision};
}

bool SqliteEntries::put(const Write& write, std::int64_t revision) {
    SQLite::Statement put(database_,
                          "INSERT OR REPLACE INTO entries (key, value, mod_revision) "
                          "VALUES (?1, ?2, ?3)");
    put.bind(1, write.key);
    put.bind(2, write.value->data(), static_cast<int>(write.value->size()));
    put.bind(3, revision);
    if (write.lease != kNoLease) {
        SQLite::Statement bind(database_, "INSERT INTO leased (key, lease) VALUES (?1, ?2)");
        bind.bind(1, write.key);
        bind.bind(2, write.lease);
        bind.exec();
    }
    return put.exec() > 0;
}

bool SqliteEntries::erase(const std::string& key) {
    SQLite::Statement erase(database_, "DELETE FROM entries WHERE key = ?1");
    erase.bind(1, key);
    return erase.exec() > 0;
}

}  // namespace dnvme::store
