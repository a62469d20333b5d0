// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite_file.h"

#include <array>
#include <fstream>
#include <string_view>

#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "store/sqlite_store.h"

namespace dnvme::store {

namespace {

// SQLite's file format, "The Database Header": magic first, application id at 68, big-endian.
constexpr std::string_view kMagic{"SQLite format 3\0", 16};
constexpr std::size_t kHeaderBytes = 100;
constexpr std::size_t kApplicationIdAt = 68;

std::int64_t big_endian_32(std::string_view bytes) {
    std::int64_t value = 0;
    for (const char byte : bytes.substr(0, 4)) {
        value = value << 8 | static_cast<unsigned char>(byte);
    }
    return value;
}

Status check_header(std::string_view header) {
    if (header.empty()) {
        return {};
    }
    if (header.size() < kHeaderBytes || !header.starts_with(kMagic)) {
        return fail(Code::precondition,
                    "this is not a store of dnvme, or it is damaged: name another file, or move it "
                    "away and put back the last backup");
    }
    if (big_endian_32(header.substr(kApplicationIdAt)) != kApplicationId) {
        return fail(Code::precondition,
                    "this is the database of another application: name another file for the store");
    }
    return {};
}

/// In a rollback journal, not in WAL: the file is created whole or not at all, whenever power goes.
void create(SQLite::Database& database) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    database.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
    database.exec(fmt::format("PRAGMA user_version = {}", kFileVersion));
    database.exec("CREATE TABLE store (revision INTEGER NOT NULL)");
    database.exec("INSERT INTO store (revision) VALUES (0)");
    database.exec(
        "CREATE TABLE entries (key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL, "
        "mod_revision INTEGER NOT NULL) WITHOUT ROWID");
    transaction.commit();
}

/// Which keys vanish with which lease. Files of before there were leases lack the table.
void prepare_leases(SQLite::Database& database) {
    database.exec(
        "CREATE TABLE IF NOT EXISTS leased (key TEXT PRIMARY KEY NOT NULL, "
        "lease INTEGER NOT NULL) WITHOUT ROWID");
}

/// Whoever held a lease on this store was in a process that has ended.
Status end_leases(SqliteEntries& entries) {
    const auto ended = entries.write({}, entries.end_of(std::nullopt));
    return ended ? Status() : pass(ended.error());
}

Status check_version(SQLite::Database& database) {
    const std::int64_t version = database.execAndGet("PRAGMA user_version").getInt64();
    if (version <= kFileVersion) {
        return {};
    }
    return fail(Code::precondition,
                fmt::format("the file has version {} and this dnvmed knows {}: it was written by a "
                            "newer dnvmed, install that one",
                            version, kFileVersion));
}

Status check_whole(SQLite::Database& database) {
    const std::string verdict = database.execAndGet("PRAGMA quick_check(1)").getString();
    if (verdict == "ok") {
        return {};
    }
    return fail(Code::internal, fmt::format("the file is damaged ({}): move it away and put back "
                                            "its last backup",
                                            verdict));
}

}  // namespace

Status check_is_ours(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return {};  // not there yet, or SQLite will say why it cannot be read
    }
    std::array<char, kHeaderBytes> header{};
    file.read(header.data(), header.size());
    return check_header({header.data(), static_cast<std::size_t>(file.gcount())});
}

Status lock(SQLite::Database& database) try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    // The mode takes effect with the first write transaction and then stays.
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::EXCLUSIVE);
    transaction.commit();
    return {};
} catch (const SQLite::Exception& exception) {
    if (exception.getErrorCode() != SQLITE_BUSY) {
        throw;
    }
    return fail(Code::precondition,
                "another daemon holds it: stop that dnvmed first, or name another file");
}

Status check_or_create(SQLite::Database& database) {
    if (auto whole = check_whole(database); !whole) {
        return whole;
    }
    if (database.execAndGet("PRAGMA application_id").getInt64() == 0) {
        create(database);
        return {};
    }
    return check_version(database);
}

Result<std::unique_ptr<Store>> open_sqlite(const std::string& path) try {
    const std::string where = fmt::format("store {}", path);
    if (auto ours = check_is_ours(path); !ours) {
        return pass(ours.error(), where);
    }
    SQLite::Database database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    if (auto locked = lock(database); !locked) {
        return pass(locked.error(), where);
    }
    if (auto usable = check_or_create(database); !usable) {
        return pass(usable.error(), where);
    }
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
    prepare_leases(database);
    SqliteEntries entries(std::move(database));
    if (auto ended = end_leases(entries); !ended) {
        return pass(ended.error(), where);
    }
    return std::make_unique<SqliteStore>(std::move(entries));
} catch (const SQLite::Exception& exception) {
    return pass(sqlite_error(exception), fmt::format("store {}", path));
}

}  // namespace dnvme::store
