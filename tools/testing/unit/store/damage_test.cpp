// SPDX-License-Identifier: Apache-2.0
// Files that are not, or no longer, a store of ours: refused with what to do, and left as they are.
#include <random>
#include <string>

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"
#include "store/sqlite_store.h"
#include "store/store.h"

namespace dnvme::store {
namespace {

using testing::HasSubstr;

class DamagedStore : public testing::Test {
  protected:
    /// A store with enough in it to fill many pages, closed.
    void make_store() {
        auto store = open_sqlite(path_);
        ASSERT_TRUE(store) << store.error().message();
        for (int i = 0; i < 200; ++i) {
            const std::string key = "/dnvme/volumes/v" + std::to_string(i);
            ASSERT_TRUE((*store)->transact({}, {{.key = key, .value = std::string(500, 'x')}}));
        }
    }

    void make_foreign(const std::string& pragma) {
        SQLite::Database database(path_, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        database.exec("CREATE TABLE users (name TEXT)");
        database.exec(pragma);
    }

    /// Opening fails, names the file, says @p words, and the file stays as it was.
    void expect_refused(Code code, const std::string& words) {
        const std::string before = read_file(path_);
        const auto opened = open_sqlite(path_);
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code(), code) << opened.error().message();
        EXPECT_THAT(opened.error().message(), HasSubstr("store " + path_ + ": "));
        EXPECT_THAT(opened.error().message(), HasSubstr(words));
        EXPECT_EQ(read_file(path_), before);
    }

    TempDir directory_;
    const std::string path_ = directory_ / "store.db";
};

TEST_F(DamagedStore, TextIsNoStore) {
    write_file(path_, "key = value\n");
    expect_refused(Code::precondition, "this is not a store of dnvme");
}

TEST_F(DamagedStore, RandomBytesAreNoStore) {
    std::mt19937 random(1);
    std::string bytes(65536, '\0');
    for (char& byte : bytes) {
        byte = static_cast<char>(random());
    }
    write_file(path_, bytes);
    expect_refused(Code::precondition, "put back the last backup");
}

TEST_F(DamagedStore, DatabaseOfAnotherApplicationIsRefused) {
    make_foreign("PRAGMA application_id = 1196444487");
    expect_refused(Code::precondition, "the database of another application: name another file");
}

TEST_F(DamagedStore, DatabaseOfNobodyInParticularIsRefused) {
    make_foreign("PRAGMA user_version = 1");
    expect_refused(Code::precondition, "the database of another application: name another file");
}

TEST_F(DamagedStore, NewerFileIsRefused) {
    make_store();
    {
        SQLite::Database database(path_, SQLite::OPEN_READWRITE);
        database.exec("PRAGMA user_version = 2");
    }
    const auto opened = open_sqlite(path_);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), Code::precondition);
    EXPECT_THAT(opened.error().message(),
                HasSubstr("the file has version 2 and this dnvmed knows 1"));
    EXPECT_THAT(opened.error().message(), HasSubstr("newer dnvmed, install that one"));
}

TEST_F(DamagedStore, TruncatedFileIsRefused) {
    make_store();
    const std::string bytes = read_file(path_);
    ASSERT_GT(bytes.size(), 40960U);
    write_file(path_, bytes.substr(0, bytes.size() / 2));
    expect_refused(Code::internal, "damaged");
}

TEST_F(DamagedStore, HeaderAloneIsRefused) {
    make_store();
    write_file(path_, read_file(path_).substr(0, 100));
    expect_refused(Code::internal, "damaged");
}

TEST_F(DamagedStore, OverwrittenPagesAreRefused) {
    make_store();
    std::string bytes = read_file(path_);
    bytes.replace(8192, 16384, std::string(16384, '\xa5'));
    write_file(path_, bytes);
    expect_refused(Code::internal, "put back its last backup");
}

TEST_F(DamagedStore, SecondDaemonIsRefused) {
    const auto first = open_sqlite(path_);
    ASSERT_TRUE(first);
    const auto second = open_sqlite(path_);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), Code::precondition);
    EXPECT_THAT(second.error().message(), HasSubstr("another daemon holds it"));
    EXPECT_TRUE((*first)->transact({}, {{.key = "a", .value = "1"}}));
}

TEST_F(DamagedStore, ClosedStoreCanBeOpenedAgain) {
    make_store();
    EXPECT_TRUE(open_sqlite(path_));
}

TEST_F(DamagedStore, EmptyFileBecomesAStore) {
    write_file(path_, "");
    EXPECT_TRUE(open_sqlite(path_));
}

TEST_F(DamagedStore, MissingDirectoryIsSaid) {
    const auto opened = open_sqlite(directory_ / "no/store.db");
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().message(), HasSubstr("unable to open database file"));
}

// Everything that a power cut may leave: the journal is there, the database was not checkpointed.
TEST_F(DamagedStore, WhatIsOnlyInTheJournalCounts) {
    const std::string copy = directory_ / "copy.db";
    {
        auto store = open_sqlite(path_);
        ASSERT_TRUE(store);
        ASSERT_TRUE((*store)->transact({}, {{.key = "a", .value = "1"}}));
        ASSERT_FALSE(read_file(path_ + "-wal").empty());
        write_file(copy, read_file(path_));
        write_file(copy + "-wal", read_file(path_ + "-wal"));
    }
    const auto opened = open_sqlite(copy);
    ASSERT_TRUE(opened) << opened.error().message();
    EXPECT_EQ((*opened)->list("a").value_or(Snapshot{}).entries.size(), 1U);
}

}  // namespace
}  // namespace dnvme::store
