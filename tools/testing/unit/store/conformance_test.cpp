// SPDX-License-Identifier: Apache-2.0
// What every kind of store promises. A new kind joins by one more row of durable_kinds().
#include <chrono>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etcd_server.h"
#include "files.h"
#include "store/election.h"
#include "store/etcd.h"
#include "store/store.h"
#include "watching.h"

namespace dnvme::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Opens a store; a second time after the first was closed: the same one.
using Opener = std::function<Result<std::unique_ptr<Store>>()>;

struct Kind {
    std::string name;
    /// Makes what the store needs below a directory. It lasts as long as the opener.
    std::function<Opener(const TempDir& directory)> prepare;
    /// Why this machine cannot have it; empty if it can.
    std::string missing;
};

/// GoogleTest would print the bytes, which differ from run to run.
void PrintTo(const Kind& kind, std::ostream* out) {
    *out << kind.name;
}

Opener sqlite(const std::string& path) {
    return [path] { return open_sqlite(path); };
}

Opener etcd(const std::string& directory) {
    const auto servers = std::make_shared<EtcdServers>(
        directory, 1,
        std::vector<std::string>{"--heartbeat-interval", "50", "--election-timeout", "500"});
    return [servers] { return open_etcd(servers->options("n1")); };
}

std::vector<Kind> durable_kinds() {
    return {
        {.name = "sqlite",
         .prepare = [](const TempDir& directory) { return sqlite(directory / "store.db"); },
         .missing = ""},
        {.name = "etcd",
         .prepare = [](const TempDir& directory) { return etcd(directory / ""); },
         .missing = has_etcd() ? "" : "no etcd: install the package etcd-server"},
    };
}

std::vector<Kind> kinds() {
    std::vector<Kind> all = durable_kinds();
    all.push_back({.name = "memory",
                   .prepare = [](const TempDir& /*directory*/) { return sqlite(":memory:"); },
                   .missing = ""});
    return all;
}

std::string at(std::int64_t revision) {
    return "@" + std::to_string(revision);
}

class StoreConformance : public testing::TestWithParam<Kind> {
  protected:
    void SetUp() override {
        if (!GetParam().missing.empty()) {
            GTEST_SKIP() << GetParam().missing;
        }
        opener_ = GetParam().prepare(directory_);
        reopen();
    }

    void reopen() {
        store_.reset();
        auto opened = opener_();
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
            lines.push_back(entry.key + "=" + entry.value + at(entry.mod_revision));
        }
        return lines;
    }

    /// The lines of "key=value@revision", "key gone@revision" that a watch gives, this many.
    static std::vector<std::string> lines(Watch& watch, std::size_t count) {
        std::vector<std::string> lines;
        for (const Event& event : events_of(watch, count)) {
            lines.push_back(event.key + (event.value ? "=" + *event.value : " gone") +
                            at(event.mod_revision));
        }
        return lines;
    }

    LeaseId grant(seconds ttl) {
        const auto lease = store_->grant(ttl);
        EXPECT_TRUE(lease) << lease.error().message();
        return lease.value_or(kNoLease);
    }

    std::int64_t revision() { return store_->list("").value_or(Snapshot{}).revision; }

    TempDir directory_;
    Opener opener_;
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
    EXPECT_THAT(contents(), ElementsAre("a=3" + at(third), "b=2" + at(second)));
    EXPECT_EQ(revision(), third);
}

TEST_P(StoreConformance, WritesOfOneTransactionShareItsRevision) {
    const auto written = store_->transact(
        {}, {{.key = "x", .value = "1"}, {.key = "y", .value = "2"}, {.key = "z", .value = "3"}});
    ASSERT_TRUE(written);
    EXPECT_THAT(contents(),
                ElementsAre("x=1" + at(*written), "y=2" + at(*written), "z=3" + at(*written)));
}

TEST_P(StoreConformance, ListTakesAPrefixAndSorts) {
    const auto first = put("/a/2", "x");
    const auto second = put("/a/1", "x");
    put("/b/1", "x");
    put("/a", "x");
    EXPECT_THAT(contents("/a/"), ElementsAre("/a/1=x" + at(second), "/a/2=x" + at(first)));
    EXPECT_THAT(contents("/c"), IsEmpty());
}

TEST_P(StoreConformance, PrefixIsNoPattern) {
    const auto percent = put("/a%/1", "x");
    put("/ab/1", "x");
    const auto underscore = put("/a_/1", "x");
    EXPECT_THAT(contents("/a%/"), ElementsAre("/a%/1=x" + at(percent)));
    EXPECT_THAT(contents("/a_/"), ElementsAre("/a_/1=x" + at(underscore)));
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
    EXPECT_THAT(contents(), ElementsAre("b=2" + at(before)));
}

TEST_P(StoreConformance, DeletingWhatIsNotThereChangesNothing) {
    const auto before = put("a", "1");
    const auto erased = store_->transact({}, {{.key = "b", .value = std::nullopt}});
    ASSERT_TRUE(erased);
    EXPECT_GE(*erased, before);
    EXPECT_THAT(contents(), ElementsAre("a=1" + at(before)));
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
    EXPECT_THAT(contents(), ElementsAre("a=2" + at(now)));
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
    const auto made = put("a", "1");
    const auto lost = store_->transact(
        {{.key = "a", .mod_revision = made}, {.key = "b", .mod_revision = 7}},
        {{.key = "a", .value = "2"}, {.key = "b", .value = "2"}, {.key = "c", .value = "2"}});
    ASSERT_FALSE(lost);
    EXPECT_THAT(contents(), ElementsAre("a=1" + at(made)));
    EXPECT_EQ(revision(), made);
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
    const auto made = put("a", "1");
    EXPECT_EQ(store_->transact({{.key = "a", .mod_revision = made}}, {}).value_or(-1), made);
    EXPECT_FALSE(store_->transact({{.key = "a", .mod_revision = made + 1}}, {}));
    EXPECT_EQ(revision(), made);
}

TEST_P(StoreConformance, WatchTellsWritesAndDeletionsInOrder) {
    const auto watch = store_->watch("a", revision() + 1);
    const auto first = put("a", "1");
    const auto second = put("a", "2");
    const auto erased = store_->transact({}, {{.key = "a", .value = std::nullopt}});
    const auto again = put("a", "");
    EXPECT_THAT(lines(*watch, 4),
                ElementsAre("a=1" + at(first), "a=2" + at(second),
                            "a gone" + at(erased.value_or(-1)), "a=" + at(again)));
}

TEST_P(StoreConformance, WatchGoesOnFromARevisionOfThePast) {
    put("a", "1");
    const auto second = put("a", "2");
    const auto third = put("b", "3");
    const auto watch = store_->watch("", second);
    EXPECT_THAT(lines(*watch, 2), ElementsAre("a=2" + at(second), "b=3" + at(third)));
}

TEST_P(StoreConformance, WatchTakesAPrefix) {
    const auto watch = store_->watch("/a/", revision() + 1);
    put("/a", "x");
    const auto inside = put("/a/1", "x");
    put("/b", "x");
    const auto last = put("/a/2", "x");
    EXPECT_THAT(lines(*watch, 2), ElementsAre("/a/1=x" + at(inside), "/a/2=x" + at(last)));
}

TEST_P(StoreConformance, WatchGivesWholeRevisions) {
    const auto watch = store_->watch("", revision() + 1);
    const auto written =
        store_->transact({}, {{.key = "x", .value = "1"}, {.key = "y", .value = "2"}});
    const auto changes = next_changes(*watch);
    ASSERT_EQ(changes.events.size(), 2U);
    EXPECT_EQ(changes.revision, written.value_or(-1));
    EXPECT_EQ(changes.events[1].mod_revision, written.value_or(-1));
}

TEST_P(StoreConformance, QuietWatchEndsWithItsTimeout) {
    put("a", "1");
    const auto watch = store_->watch("b", revision() + 1);
    const auto changes = quiet_changes(*watch);
    EXPECT_THAT(changes.events, IsEmpty());
    EXPECT_LE(changes.revision, revision());
    const auto written = put("b", "1");
    EXPECT_THAT(lines(*watch, 1), ElementsAre("b=1" + at(written)));
}

TEST_P(StoreConformance, WatchWakesUpForAnotherThread) {
    const auto watch = store_->watch("", revision() + 1);
    std::thread writer([this] { put("a", "1"); });
    EXPECT_EQ(events_of(*watch, 1).at(0).value, "1");
    writer.join();
}

TEST_P(StoreConformance, WatchBehindTheHistorySaysSo) {
    const auto first = put("a", "1");
    for (int i = 0; i < 5; ++i) {
        put("a", "2");
    }
    const auto last = put("a", "3");
    ASSERT_TRUE(store_->compact(last));
    ASSERT_TRUE(store_->compact(last)) << "a second time is nothing new";
    const auto behind = store_->watch("a", first);
    EXPECT_EQ(first_error(*behind).code(), Code::compacted);
    EXPECT_EQ(first_error(*behind).code(), Code::compacted) << "it stays so";
    const auto watch = store_->watch("a", last);
    EXPECT_THAT(lines(*watch, 1), ElementsAre("a=3" + at(last)));
    EXPECT_THAT(contents(), ElementsAre("a=3" + at(last)));
}

TEST_P(StoreConformance, HistoryToComeCannotBeForgotten) {
    const auto last = put("a", "1");
    const auto compacted = store_->compact(last + 1000);
    ASSERT_FALSE(compacted);
    EXPECT_EQ(compacted.error().code(), Code::invalid);
}

TEST_P(StoreConformance, KeysVanishWithTheirLease) {
    const auto watch = store_->watch("a", revision() + 1);
    const LeaseId lease = grant(seconds(3));
    const auto made = store_->transact(
        {}, {{.key = "a", .value = "1", .lease = lease}, {.key = "b", .value = "2"}});
    ASSERT_TRUE(made) << made.error().message();
    const auto events = events_of(*watch, 2);
    ASSERT_EQ(events.size(), 2U);
    EXPECT_FALSE(events[1].value);
    EXPECT_GT(events[1].mod_revision, *made);
    EXPECT_THAT(contents(), ElementsAre("b=2" + at(*made)));
    EXPECT_EQ(store_->keep_alive(lease).error().code(), Code::not_found);
}

TEST_P(StoreConformance, EntryNamesItsLease) {
    const LeaseId lease = grant(seconds(600));
    ASSERT_TRUE(store_->transact({}, {{.key = "a", .value = "1", .lease = lease}}));
    EXPECT_EQ(store_->list("a")->entries.at(0).lease, lease);
    put("a", "2");
    EXPECT_EQ(store_->list("a")->entries.at(0).lease, kNoLease);
}

TEST_P(StoreConformance, RevokedLeaseTakesItsKeysAlong) {
    const LeaseId lease = grant(seconds(600));
    ASSERT_TRUE(store_->transact({}, {{.key = "a", .value = "1", .lease = lease},
                                      {.key = "b", .value = "1", .lease = lease},
                                      {.key = "c", .value = "1", .lease = lease}}));
    const auto freed = put("b", "2");
    ASSERT_TRUE(store_->keep_alive(lease));
    ASSERT_TRUE(store_->revoke(lease));
    EXPECT_THAT(contents(), ElementsAre("b=2" + at(freed)));
    EXPECT_TRUE(store_->revoke(lease)) << "it has ended already";
}

TEST_P(StoreConformance, LeaseThatRanOutCannotBeUsed) {
    const LeaseId lease = grant(seconds(600));
    ASSERT_TRUE(store_->revoke(lease));
    const auto written = store_->transact({}, {{.key = "a", .value = "1", .lease = lease}});
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code(), Code::not_found);
    EXPECT_THAT(contents(), IsEmpty());
}

TEST_P(StoreConformance, LeaseShorterThanASecondIsRefused) {
    EXPECT_EQ(store_->grant(seconds(0)).error().code(), Code::invalid);
}

TEST_P(StoreConformance, OneCandidateIsElected) {
    Election first(*store_, "leader", "n1", grant(seconds(600)));
    Election second(*store_, "leader", "n2", grant(seconds(600)));
    EXPECT_FALSE(first.leader().value());
    EXPECT_TRUE(first.campaign(kLong).value());
    EXPECT_FALSE(second.campaign(milliseconds(1)).value());
    EXPECT_TRUE(first.campaign(kLong).value()) << "it leads already";
    EXPECT_EQ(second.leader().value()->name, "n1");
    ASSERT_TRUE(second.resign()) << "not to lead is fine";
    EXPECT_EQ(second.leader().value()->name, "n1");
}

TEST_P(StoreConformance, NextCandidateFollowsWhoResigns) {
    Election first(*store_, "leader", "n1", grant(seconds(600)));
    Election second(*store_, "leader", "n2", grant(seconds(600)));
    put("leader-of-something-else", "x");
    ASSERT_TRUE(first.campaign(kLong).value());
    const auto term = first.leader().value()->term;
    std::thread waiting([&] { EXPECT_TRUE(second.campaign(kLong).value()); });
    EXPECT_TRUE(first.resign());
    waiting.join();
    EXPECT_EQ(first.leader().value()->name, "n2");
    EXPECT_GT(first.leader().value()->term, term);
}

TEST_P(StoreConformance, LeaderWhoseLeaseEndedIsFollowedAndCannotWrite) {
    const LeaseId lease = grant(seconds(3));
    Election first(*store_, "leader", "n1", lease);
    Election second(*store_, "leader", "n2", grant(seconds(600)));
    ASSERT_TRUE(first.campaign(kLong).value());
    EXPECT_TRUE(second.campaign(kLong).value());
    const auto late = store_->transact({first.proof()}, {{.key = "a", .value = "late"}});
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code(), Code::conflict);
    EXPECT_TRUE(store_->transact({second.proof()}, {{.key = "a", .value = "mine"}}));
    EXPECT_EQ(first.campaign(milliseconds(1)).value_or(false), false);
}

class DurableStoreConformance : public StoreConformance {};

TEST_P(DurableStoreConformance, WhatWasWrittenIsThereAfterReopening) {
    const auto made = put("a", "1");
    reopen();
    EXPECT_THAT(contents(), ElementsAre("a=1" + at(made)));
    EXPECT_EQ(put("b", "2"), made + 1);
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
