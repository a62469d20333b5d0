// SPDX-License-Identifier: Apache-2.0
// What only the embedded store has: a history in memory, leases of one process.
#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"
#include "store/history.h"
#include "watching.h"

namespace dnvme::store {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

Event event(std::int64_t revision, const std::string& value) {
    return {.key = "a", .value = value, .mod_revision = revision};
}

TEST(History, GrowsNoLargerThanItMay) {
    History history(0, 1000);
    for (std::int64_t revision = 1; revision <= 100; ++revision) {
        history.add(revision, {event(revision, std::string(100, 'x'))});
    }
    EXPECT_EQ(history.since("", 1).error().code(), Code::compacted);
    EXPECT_THAT(history.since("", 100).value(), ElementsAre(Field(&Event::mod_revision, 100)));
}

TEST(History, KeepsTheNewestRevisionWhateverItsSize) {
    History history(0, 10);
    history.add(1, {event(1, "1")});
    history.add(2, {event(2, std::string(100, 'x')), event(2, "2")});
    EXPECT_EQ(history.since("", 1).error().code(), Code::compacted);
    EXPECT_EQ(history.since("", 2)->size(), 2U);
}

TEST(EmbeddedStore, HistoryStartsAnewWhenItIsOpened) {
    const TempDir directory;
    const std::string path = directory / "store.db";
    const auto at = (*open_sqlite(path))->transact({}, {{.key = "a", .value = "1"}}).value();
    const auto store = open_sqlite(path);
    const auto past = (*store)->watch("", at);
    EXPECT_EQ(first_error(*past).code(), Code::compacted);
    const auto watch = (*store)->watch("", at + 1);
    EXPECT_THAT(quiet_changes(*watch).events, IsEmpty());
}

TEST(EmbeddedStore, LeasesEndWithTheirProcess) {
    const TempDir directory;
    const std::string path = directory / "store.db";
    LeaseId lease = kNoLease;
    {
        const auto store = open_sqlite(path);
        lease = (*store)->grant(std::chrono::hours(1)).value();
        ASSERT_TRUE((*store)->transact(
            {}, {{.key = "a", .value = "1", .lease = lease}, {.key = "b", .value = "2"}}));
    }
    const auto store = open_sqlite(path);
    EXPECT_THAT((*store)->list("")->entries, ElementsAre(Field(&Entry::key, "b")));
    EXPECT_EQ((*store)->keep_alive(lease).error().code(), Code::not_found);
}

}  // namespace
}  // namespace dnvme::store
