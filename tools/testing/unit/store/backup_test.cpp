// SPDX-License-Identifier: Apache-2.0
// A backup is what it was, or it is refused.
#include "store/backup.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/codec.h"
#include "store/notes.h"

namespace dnvme::store {
namespace {

using testing::HasSubstr;

constexpr const char* kUuid = "6f1d5a3e-0c4b-4f6e-9f0a-2f9d3c5b7e10";
constexpr const char* kTime = "2026-11-27T12:00:00Z";

Entry cluster_entry() {
    v1::Cluster cluster;
    cluster.set_uuid(kUuid);
    return {.key = kClusterKey, .value = encode(cluster), .mod_revision = 1};
}

Entry host_entry(const std::string& name) {
    v1::Host host;
    host.set_uuid("u-" + name);
    host.set_name(name);
    return {.key = std::string(kRoot) + "hosts/" + name, .value = encode(host), .mod_revision = 2};
}

Snapshot sample() {
    return {.revision = 7,
            .entries = {{.key = std::string(kRoot) + "leader", .value = "n1", .lease = 3},
                        {.key = kRevisionBaseKey, .value = "100"},
                        cluster_entry(),
                        host_entry("h1"),
                        host_entry("h2")}};
}

std::string file() {
    return encode(take_backup(sample(), kTime).value());
}

void expect_refused(const std::string& bytes, const std::string& words) {
    const auto backup = decode_backup(bytes);
    ASSERT_FALSE(backup);
    EXPECT_EQ(backup.error().code(), Code::invalid);
    EXPECT_THAT(backup.error().message(), HasSubstr(words));
}

TEST(Backup, HoldsEveryRecordAndNothingElse) {
    const auto backup = decode_backup(file());
    ASSERT_TRUE(backup) << backup.error().message();
    EXPECT_EQ(backup->header.cluster_uuid(), kUuid);
    EXPECT_EQ(backup->header.revision(), 107U) << "counted on over moves";
    EXPECT_EQ(backup->header.taken_at(), kTime);
    EXPECT_EQ(backup->header.records(), 3U);
    ASSERT_EQ(backup->records.size(), 3U);
    EXPECT_EQ(backup->records[0].key, "/dnvme/hosts/h1");
    EXPECT_EQ(backup->records[0].value, host_entry("h1").value);
    EXPECT_EQ(backup->records[2].key, kClusterKey) << "last, so that what is interrupted shows";
}

TEST(Backup, StoreWithoutAClusterHasNone) {
    const auto backup = take_backup({.revision = 1, .entries = {host_entry("h1")}}, kTime);
    ASSERT_FALSE(backup);
    EXPECT_EQ(backup.error().code(), Code::precondition);
}

TEST(Backup, EveryTruncationIsRefused) {
    const std::string whole = file();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(decode_backup(whole.substr(0, size))) << size;
    }
    expect_refused(whole.substr(0, whole.size() - 1), "damaged");
    expect_refused("", "not a file of 'dnvmectl cluster backup'");
}

TEST(Backup, EveryFlippedBitIsRefused) {
    const std::string whole = file();
    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string flipped = whole;
        flipped[at] = static_cast<char>(flipped[at] ^ 1);
        EXPECT_FALSE(decode_backup(flipped)) << at;
    }
}

TEST(Backup, ForeignFileIsRefused) {
    expect_refused("SQLite format 3", "not a file of 'dnvmectl cluster backup'");
}

TEST(Backup, NewerFormatIsRefused) {
    v1::Backup container;
    ASSERT_TRUE(container.ParseFromString(file()));
    container.set_format_version(2);
    expect_refused(container.SerializeAsString(), "install that one");
}

TEST(Backup, NewerRecordIsRefused) {
    v1::Record record;
    record.set_schema_version(1000);
    record.mutable_host()->set_name("h1");
    Snapshot snapshot = sample();
    snapshot.entries[3].value = record.SerializeAsString();
    expect_refused(encode(take_backup(snapshot, kTime).value()),
                   "'/dnvme/hosts/h1': the record has schema 1000");
}

}  // namespace
}  // namespace dnvme::store
