// SPDX-License-Identifier: Apache-2.0
#include "store/records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/codec.h"

namespace dnvme::store {
namespace {

using testing::HasSubstr;
using testing::Key;
using testing::UnorderedElementsAre;

class Records : public testing::Test {
  protected:
    void SetUp() override {
        auto opened = open_sqlite(":memory:");
        ASSERT_TRUE(opened);
        store_ = std::move(*opened);
    }

    static v1::Volume volume(const std::string& name) {
        v1::Volume volume;
        volume.set_uuid("u-" + name);
        volume.set_name(name);
        volume.set_size_bytes(std::uint64_t{20} << 40);
        volume.add_legs()->set_epoch(1);
        return volume;
    }

    void write_raw(const std::string& key, const std::string& value) {
        ASSERT_TRUE(load(*store_));  // the cluster record
        ASSERT_TRUE(store_->transact({}, {{.key = key, .value = value}}));
    }

    /// Loading fails and names the key.
    void expect_refused(const std::string& key, const std::string& words) {
        const auto loaded = load(*store_);
        ASSERT_FALSE(loaded);
        EXPECT_EQ(loaded.error().code(), Code::precondition);
        EXPECT_THAT(loaded.error().message(), HasSubstr("store key '" + key + "'"));
        EXPECT_THAT(loaded.error().message(), HasSubstr(words));
    }

    std::unique_ptr<Store> store_;
};

TEST_F(Records, NewStoreGetsAClusterUuidThatStays) {
    const auto first = load(*store_);
    ASSERT_TRUE(first) << first.error().message();
    EXPECT_EQ(first->cluster.self.uuid().size(), 36U);
    EXPECT_EQ(load(*store_)->cluster.self.uuid(), first->cluster.self.uuid());
}

TEST_F(Records, EveryKindComesBackUnderItsKey) {
    v1::Node node;
    node.set_name("n1");
    node.add_portals()->set_address("10.0.0.1");
    v1::Disk disk;
    disk.set_name("d1");
    v1::Host host;
    host.set_name("h1");
    v1::Head head;
    head.set_name("m1");
    const auto loaded = load(*store_);
    ASSERT_TRUE(
        Change(*loaded).put(node).put(disk).put(volume("v1")).put(host).put(head).commit(*store_));

    const auto again = load(*store_);
    ASSERT_TRUE(again);
    EXPECT_THAT(again->revisions,
                UnorderedElementsAre(Key("/dnvme/cluster"), Key("/dnvme/nodes/n1"),
                                     Key("/dnvme/disks/d1"), Key("/dnvme/volumes/v1"),
                                     Key("/dnvme/hosts/h1"), Key("/dnvme/heads/m1")));
    EXPECT_EQ(again->cluster.nodes.at("n1").portals(0).address(), "10.0.0.1");
    EXPECT_EQ(again->cluster.volumes.at("v1").SerializeAsString(),
              volume("v1").SerializeAsString());
}

TEST_F(Records, ChangeOfWhatSomebodyElseChangedIsRefused) {
    const auto mine = load(*store_);
    ASSERT_TRUE(Change(*load(*store_)).put(volume("v1")).commit(*store_));
    const auto lost = Change(*mine).put(volume("v1")).commit(*store_);
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code(), Code::conflict);
    EXPECT_THAT(lost.error().message(), HasSubstr("'/dnvme/volumes/v1'"));
}

TEST_F(Records, ErasedRecordIsGone) {
    ASSERT_TRUE(Change(*load(*store_)).put(volume("v1")).put(volume("v2")).commit(*store_));
    ASSERT_TRUE(Change(*load(*store_)).erase(key_of(volume("v1"))).commit(*store_));
    EXPECT_THAT(load(*store_)->cluster.volumes, UnorderedElementsAre(Key("v2")));
}

TEST_F(Records, NewerSchemaIsRefused) {
    v1::Record record;
    record.set_schema_version(kSchemaVersion + 1);
    *record.mutable_volume() = volume("v1");
    write_raw("/dnvme/volumes/v1", record.SerializeAsString());
    expect_refused("/dnvme/volumes/v1", "the record has schema 6 and this dnvmed knows 5");
}

std::uint32_t version_of(const std::string& bytes) {
    v1::Record record;
    EXPECT_TRUE(record.ParseFromString(bytes));
    return record.schema_version();
}

/// An older daemon would serve it through the wrong front; one without standbys it reads.
TEST_F(Records, OnlyVolumesWithStandbysNeedTheNewSchema) {
    v1::Volume with = volume("v1");
    EXPECT_EQ(version_of(encode(with)), 1U);
    with.add_standbys()->set_uuid("u-s");
    EXPECT_EQ(version_of(encode(with)), 2U);
    with.set_members(3);
    EXPECT_EQ(version_of(encode(with)), 3U);
    with.set_members(0);
    with.set_node("n2");
    EXPECT_EQ(version_of(encode(with)), 3U);
    EXPECT_EQ(version_of(encode(v1::Host())), 1U);
    EXPECT_EQ(version_of(encode(v1::Head())), 2U);
}

TEST_F(Records, DamagedRecordIsRefused) {
    write_raw("/dnvme/hosts/h1", "\xff\xff\xff\xff");
    expect_refused("/dnvme/hosts/h1", "the record is damaged");
}

TEST_F(Records, EmptyRecordIsRefused) {
    write_raw("/dnvme/hosts/h1", "");
    expect_refused("/dnvme/hosts/h1", "the record is empty");
}

TEST_F(Records, RecordBehindTheWrongKeyIsRefused) {
    write_raw("/dnvme/volumes/v2", encode(volume("v1")));
    expect_refused("/dnvme/volumes/v2", "belongs to '/dnvme/volumes/v1'");
}

TEST_F(Records, RecordOfTheWrongKindIsRefused) {
    v1::Disk disk;
    disk.set_name("v1");
    write_raw("/dnvme/volumes/v1", encode(disk));
    expect_refused("/dnvme/volumes/v1", "belongs to '/dnvme/disks/v1'");
}

TEST_F(Records, MissingClusterRecordIsRefused) {
    ASSERT_TRUE(
        store_->transact({}, {{.key = "/dnvme/volumes/v1", .value = encode(volume("v1"))}}));
    expect_refused("/dnvme/cluster", "is missing while others are there");
}

}  // namespace
}  // namespace dnvme::store
