// SPDX-License-Identifier: Apache-2.0
// What every kind of store promises. A new kind joins by one more row of durable_kinds().
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"
#include "store/store.h"

namespace dnvme::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Kind {
    std::string name;
    /// Opens a store below a directory; a second time after the first was closed: the same one.
    std::function<Result<std::unique_ptr<Store>>(const TempDir& directory)> open;
};

/// GoogleTest would print the bytes, which differ from run to run.
void PrintTo(const Kind& kind, std::ostream* out) {
    *out << kind.name;
}

std::vector<Kind> durable_kinds() {
    return {
        {.name = "sqlite",
         .open = [](const TempDir& directory) { return open_sqlite(directory / "store.db"); }},
    };
}

std::vector<Kind> kinds() {
    std::vector<Kind> all = durable_kinds();
    all.push_back({.name = "memory",
                   .open = [](const TempDir& /*directory*/) { return open_sqlite(":memory:"); }});
    return all;
}

class StoreConformance : public testing::TestWithParam<Kind> {
  protected:
    void SetUp() override { reopen(); }

    void reopen() {
        store_.reset();
        auto opened = GetParam().open(directory_);
        ASSERT_TRUE(opened) << opened.error().message();
        store_ = std::move(*opened);
    }

    std::int64_t put(const std::string& key, const std::string& value) {
        const auto revision = store_->transact({}, {{.key = key, .value = value}});
        EXPECT_TRUE(revision);
        return revision.value_or(-1);
    }

    /// "key=value@revision" for every entry below a prefix.
    std::vector<std::string> contents(const std::string& prefix = "") {
        std::vector<std::string> lines;
        const auto snapshot = store_->list(prefix);
        EXPECT_TRUE(snapshot);
        for (const Entry& entry : snapshot.value_or(Snapshot{}).entries) {
            lines.push_back(entry.key + "=" + entry.value + "@" +
                            std::to_string(entry.mod_revision));
        }
        return lines;
    }

    std::int64_t revision() { return store_->list("").value_or(Snapshot{}).revision; }

    TempDir directory_;
    std::unique_ptr<Store> store_;
};

TEST_P(StoreConformance, NewStoreIsEmpty) {
    EXPECT_THAT(contents(), IsEmpty());
}

TEST_P(StoreConformance, EntryCarriesTheRevisionOfItsLastWrite) {
    const auto first = put("a", "1");
    const auto second = put("b", "2");
    EXPECT_EQ(second, first + 1);
    const auto third = put("a", "3");
    EXPECT_THAT(contents(),
                ElementsAre("a=3@" + std::to_string(third), "b=2@" + std::to_string(second)));
    EXPECT_EQ(revision(), third);
}

TEST_P(StoreConformance, WritesOfOneTransactionShareItsRevision) {
    const auto written = store_->transact(
        {}, {{.key = "x", .value = "1"}, {.key = "y", .value = "2"}, {.key = "z", .value = "3"}});
    ASSERT_TRUE(written);
    const std::string at = "@" + std::to_string(*written);
    EXPECT_THAT(contents(), ElementsAre("x=1" + at, "y=2" + at, "z=3" + at));
}

TEST_P(StoreConformance, ListTakesAPrefixAndSorts) {
    put("/a/2", "x");
    put("/a/1", "x");
    put("/b/1", "x");
    put("/a", "x");
    EXPECT_THAT(contents("/a/"), ElementsAre("/a/1=x@2", "/a/2=x@1"));
    EXPECT_THAT(contents("/c"), IsEmpty());
}

TEST_P(StoreConformance, PrefixIsNoPattern) {
    put("/a%/1", "x");
    put("/ab/1", "x");
    put("/a_/1", "x");
    EXPECT_THAT(contents("/a%/"), ElementsAre("/a%/1=x@1"));
    EXPECT_THAT(contents("/a_/"), ElementsAre("/a_/1=x@3"));
}

TEST_P(StoreConformance, ValuesAreBytes) {
    const std::string bytes("\0\xff\n'\"%\0", 7);
    put("bytes", bytes);
    put("empty", "");
    const auto snapshot = store_->list("");
    ASSERT_TRUE(snapshot);
    ASSERT_EQ(snapshot->entries.size(), 2U);
    EXPECT_EQ(snapshot->entries[0].value, bytes);
    EXPECT_EQ(snapshot->entries[1].value, "");
}

TEST_P(StoreConformance, ValueOfAMebibyteComesBack) {
    const std::string large(1 << 20, 'v');
    put("large", large);
    EXPECT_EQ(store_->list("large").value_or(Snapshot{}).entries.at(0).value, large);
}

TEST_P(StoreConformance, DeletedKeyIsGone) {
    put("a", "1");
    const auto before = put("b", "2");
    const auto erased = store_->transact({}, {{.key = "a", .value = std::nullopt}});
    ASSERT_TRUE(erased);
    EXPECT_EQ(*erased, before + 1);
    EXPECT_THAT(contents(), ElementsAre("b=2@" + std::to_string(before)));
}

TEST_P(StoreConformance, DeletingWhatIsNotThereChangesNothing) {
    const auto before = put("a", "1");
    const auto erased = store_->transact({}, {{.key = "b", .value = std::nullopt}});
    ASSERT_TRUE(erased);
    EXPECT_EQ(*erased, before);
    EXPECT_EQ(revision(), before);
}

TEST_P(StoreConformance, ComparedRevisionMustHold) {
    const auto old = put("a", "1");
    const auto now = put("a", "2");
    const auto lost =
        store_->transact({{.key = "a", .mod_revision = old}}, {{.key = "a", .value = "mine"}});
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code(), Code::conflict);
    EXPECT_THAT(lost.error().message(), HasSubstr("'a'"));
    EXPECT_THAT(lost.error().message(), HasSubstr("try again"));
    EXPECT_THAT(contents(), ElementsAre("a=2@" + std::to_string(now)));
    EXPECT_TRUE(
        store_->transact({{.key = "a", .mod_revision = now}}, {{.key = "a", .value = "mine"}}));
}

TEST_P(StoreConformance, RevisionZeroMeansThatTheKeyDoesNotExist) {
    EXPECT_TRUE(store_->transact({{.key = "a", .mod_revision = 0}}, {{.key = "a", .value = "1"}}));
    const auto second =
        store_->transact({{.key = "a", .mod_revision = 0}}, {{.key = "a", .value = "2"}});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), Code::conflict);
}

TEST_P(StoreConformance, AKeyMadeAnewHasANewRevision) {
    const auto first = put("a", "1");
    ASSERT_TRUE(store_->transact({}, {{.key = "a", .value = std::nullopt}}));
    put("a", "1");
    const auto lost =
        store_->transact({{.key = "a", .mod_revision = first}}, {{.key = "a", .value = "2"}});
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code(), Code::conflict);
}

TEST_P(StoreConformance, OneFailedComparisonStopsAllWrites) {
    const auto at = put("a", "1");
    const auto lost = store_->transact(
        {{.key = "a", .mod_revision = at}, {.key = "b", .mod_revision = 7}},
        {{.key = "a", .value = "2"}, {.key = "b", .value = "2"}, {.key = "c", .value = "2"}});
    ASSERT_FALSE(lost);
    EXPECT_THAT(contents(), ElementsAre("a=1@" + std::to_string(at)));
    EXPECT_EQ(revision(), at);
}

TEST_P(StoreConformance, AKeyIsWrittenOnceInATransaction) {
    const auto twice =
        store_->transact({}, {{.key = "a", .value = "1"}, {.key = "a", .value = std::nullopt}});
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().code(), Code::invalid);
    EXPECT_THAT(twice.error().message(), HasSubstr("'a' is written twice"));
    EXPECT_THAT(contents(), IsEmpty());
}

TEST_P(StoreConformance, TransactionWithoutWritesOnlyCompares) {
    const auto at = put("a", "1");
    EXPECT_EQ(store_->transact({{.key = "a", .mod_revision = at}}, {}).value_or(-1), at);
    EXPECT_FALSE(store_->transact({{.key = "a", .mod_revision = at + 1}}, {}));
    EXPECT_EQ(revision(), at);
}

class DurableStoreConformance : public StoreConformance {};

TEST_P(DurableStoreConformance, WhatWasWrittenIsThereAfterReopening) {
    const auto at = put("a", "1");
    reopen();
    EXPECT_THAT(contents(), ElementsAre("a=1@" + std::to_string(at)));
    EXPECT_EQ(put("b", "2"), at + 1);
}

// Every thread adds one to a counter by compare and swap; no addition may be lost.
TEST_P(StoreConformance, ConcurrentSwapsLoseNothing) {
    constexpr int kThreads = 4;
    constexpr int kAdditions = 25;
    put("n", "0");
    const auto add = [this] {
        for (int done = 0; done < kAdditions;) {
            const Entry entry = store_->list("n")->entries.at(0);
            const auto swapped = store_->transact(
                {{.key = "n", .mod_revision = entry.mod_revision}},
                {{.key = "n", .value = std::to_string(std::stoi(entry.value) + 1)}});
            done += swapped ? 1 : 0;
        }
    };
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back(add);
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(store_->list("n")->entries.at(0).value, std::to_string(kThreads * kAdditions));
}

INSTANTIATE_TEST_SUITE_P(Kinds, DurableStoreConformance, testing::ValuesIn(durable_kinds()),
                         [](const auto& kind) { return kind.param.name; });
INSTANTIATE_TEST_SUITE_P(Kinds, StoreConformance, testing::ValuesIn(kinds()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace dnvme::store
