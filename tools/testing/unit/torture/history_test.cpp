// SPDX-License-Identifier: Apache-2.0
#include "torture/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "torture/checker.h"
#include "torture/history_file.h"

namespace dnvme::torture {
namespace {

using testing::HasSubstr;

Record record(Event event, std::uint64_t operation, std::int64_t time, std::uint64_t run = 0,
              std::uint64_t value = 0) {
    Record record;
    record.event = event;
    record.operation = operation;
    record.time = time;
    record.found = run ? Found::stamp : Found::zeros;
    record.value = {run, value};
    seal(record);
    return record;
}

History history(std::uint64_t run, char boot, std::vector<Record> records) {
    History history{"h", {}, std::move(records)};
    history.header.run = run;
    history.header.boot[0] = boot;
    return history;
}

std::string bytes_of(const History& history) {
    std::string bytes(reinterpret_cast<const char*>(&history.header), sizeof(Header));
    for (const Record& record : history.records) {
        bytes.append(reinterpret_cast<const char*>(&record), sizeof(record));
    }
    return bytes;
}

const History one = history(1, 'a', {record(Event::write, 1, 10), record(Event::done, 1, 20)});

TEST(HistoryFile, is_read_back) {
    const auto read = parse_history("h", bytes_of(one));
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(read->header.run, 1U);
    EXPECT_EQ(read->records.size(), 2U);
}

TEST(HistoryFile, a_cut_tail_is_left_out) {
    const std::string bytes = bytes_of(one);
    const auto read = parse_history("h", bytes.substr(0, bytes.size() - 1));
    ASSERT_TRUE(read);
    const auto operations = merge({*read}, {});
    ASSERT_TRUE(operations);
    EXPECT_EQ(operations->at(0).end, never);
}

TEST(HistoryFile, garbage_is_refused) {
    EXPECT_THAT(parse_history("h", "x").error().message(), HasSubstr("too short"));
    EXPECT_THAT(parse_history("h", std::string(300, 'x')).error().message(),
                HasSubstr("not a history"));
}

TEST(HistoryFile, another_version_is_refused) {
    History other = one;
    other.header.version = 9;
    EXPECT_THAT(parse_history("h", bytes_of(other)).error().message(), HasSubstr("version 9"));
}

TEST(HistoryFile, damage_is_found) {
    std::string bytes = bytes_of(one);
    bytes[sizeof(Header) + sizeof(Record) + 9] ^= 1;
    EXPECT_THAT(parse_history("h", bytes).error().message(),
                HasSubstr("record 1 at byte 192 is damaged"));
}

TEST(Merge, an_error_is_an_unknown_outcome) {
    const auto merged =
        merge({history(1, 'a', {record(Event::write, 1, 10), record(Event::failed, 1, 20)})}, {});
    ASSERT_TRUE(merged);
    EXPECT_EQ(merged->at(0).end, never);
}

TEST(Merge, refuses_what_contradicts_itself) {
    EXPECT_FALSE(merge({history(1, 'a', {record(Event::done, 1, 10)})}, {}));
    EXPECT_FALSE(merge({one, one}, {}));
    EXPECT_FALSE(
        merge({history(1, 'a', {record(Event::write, 1, 10), record(Event::write, 1, 11)})}, {}));
}

// Another run reads zeros long after the write was acknowledged.
History reader(char boot) {
    return history(2, boot, {record(Event::read, 1, 1000), record(Event::done, 1, 1010)});
}

std::size_t violations(const std::vector<History>& histories,
                       std::optional<std::int64_t> clock_error) {
    return check(merge(histories, clock_error).value(), 9).count;
}

TEST(Merge, the_clock_of_a_host_is_exact) {
    EXPECT_EQ(violations({one, reader('a')}, {}), 1U);
}

TEST(Merge, across_hosts_only_what_is_certain_counts) {
    EXPECT_EQ(violations({one, reader('b')}, {}), 0U);
    EXPECT_EQ(violations({one, reader('b')}, 2000), 0U);
    EXPECT_EQ(violations({one, reader('b')}, 100), 1U);
}

}  // namespace
}  // namespace dnvme::torture
