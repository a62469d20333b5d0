// SPDX-License-Identifier: Apache-2.0
// A restore brings back what is lost, and nothing that is older than what is there.
#include "store/restore.h"

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etcd_server.h"
#include "files.h"
#include "store/codec.h"
#include "store/records.h"
#include "store/witnessed_store.h"

namespace dnvme::store {
namespace {

using testing::Contains;
using testing::HasSubstr;

v1::Disk disk() {
    v1::Disk disk;
    disk.set_uuid("d1");
    disk.set_name("d1");
    return disk;
}

/// One leg of one member at @p offset of disk d1.
v1::Volume volume(const std::string& name, std::uint64_t epoch, std::uint64_t offset = 0) {
    v1::Volume volume;
    volume.set_uuid("v-" + name);
    volume.set_name(name);
    volume.set_epoch(epoch);
    volume.set_port_offset(static_cast<std::uint32_t>(offset));
    v1::Leg& leg = *volume.add_legs();
    leg.set_uuid("l-" + name);
    leg.set_epoch(epoch);
    v1::LogicalDisk& member = *leg.add_members();
    member.set_uuid("m-" + name);
    member.set_disk_uuid("d1");
    member.set_offset_bytes(offset << 20U);
    member.set_size_bytes(1U << 20U);
    return volume;
}

v1::Host host(const std::string& name, const std::string& nqn) {
    v1::Host host;
    host.set_uuid("h-" + name);
    host.set_name(name);
    host.set_nqn(nqn);
    return host;
}

class RestoreTest : public testing::Test {
  protected:
    void SetUp() override {
        open_new();
        put(disk());
        put(host("h1", "nqn.1"));
        put(volume("v1", 4));
    }

    /// A store and a witness of nothing.
    void open_new() {
        store_.reset();
        directory_ = std::make_unique<TempDir>();
        open(std::move(open_sqlite(*directory_ / "store.db").value()));
    }

    void open(std::unique_ptr<Store> store) {
        store_ = std::make_unique<WitnessedStore>(std::move(store), *directory_ / "seen");
    }

    /// The store is lost, and what the node has seen of it is not.
    void lose_store() {
        store_.reset();
        for (const char* file : {"store.db", "store.db-wal", "store.db-shm"}) {
            std::filesystem::remove(*directory_ / file);
        }
        open(std::move(open_sqlite(*directory_ / "store.db").value()));
    }

    template <class Record>
    void put(const Record& record) {
        const auto loaded = load(*store_);
        ASSERT_TRUE(loaded) << loaded.error().message();
        ASSERT_TRUE(Change(*loaded).put(record).commit(*store_));
        ASSERT_TRUE(load(*store_));
    }

    void erase(const std::string& key) {
        const auto loaded = load(*store_);
        ASSERT_TRUE(Change(*loaded).erase(key).commit(*store_));
        ASSERT_TRUE(load(*store_));
    }

    Backup take() {
        return decode_backup(encode(take_backup(*store_->list(kRoot), "now").value())).value();
    }

    Result<Restoration> plan(const Backup& backup, bool force = false, Limits limits = kNoLimits) {
        return plan_restore({.now = *store_->look(), .seen = *store_->seen()}, backup,
                            {.force = force, .limits = limits});
    }

    void expect_refused(const Backup& backup, bool force, const std::string& words) {
        const auto before = store_->look();
        const auto planned = plan(backup, force);
        ASSERT_FALSE(planned);
        EXPECT_EQ(planned.error().code(), Code::precondition);
        EXPECT_THAT(planned.error().message(), HasSubstr(words));
    }

    void restore(const Backup& backup, bool force = false) {
        const auto planned = plan(backup, force);
        ASSERT_TRUE(planned) << planned.error().message();
        ASSERT_TRUE(write_steps(*store_, planned->steps, kNoLimits));
        ASSERT_TRUE(store_->believe());
        const auto loaded = load(*store_);
        ASSERT_TRUE(loaded) << loaded.error().message();
    }

    model::Cluster cluster() { return load(*store_).value().cluster; }

    std::unique_ptr<TempDir> directory_;
    std::unique_ptr<WitnessedStore> store_;
};

TEST_F(RestoreTest, NewestBackupComesBackByteByByte) {
    const Backup backup = take();
    const std::string uuid = cluster().self.uuid();
    lose_store();
    EXPECT_FALSE(load(*store_)) << "an empty store is refused until then";
    restore(backup);
    const Backup again = take();
    ASSERT_EQ(again.records.size(), backup.records.size());
    for (std::size_t i = 0; i < again.records.size(); ++i) {
        EXPECT_EQ(again.records[i].value, backup.records[i].value) << again.records[i].key;
    }
    EXPECT_EQ(cluster().self.uuid(), uuid);
}

TEST_F(RestoreTest, RevisionsGoOnSoThatOtherNodesTakeTheStoreToo) {
    for (std::uint64_t epoch = 5; epoch < 20; ++epoch) {
        put(volume("v1", epoch));
    }
    const Witness other_node = *store_->seen();
    const Backup backup = take();
    lose_store();
    restore(backup);
    EXPECT_TRUE(check_witness(other_node, witness_of(*store_->look())));
}

TEST_F(RestoreTest, StoreWithRecordsIsRefused) {
    expect_refused(take(), false, "--force adds those that are missing");
}

TEST_F(RestoreTest, OlderBackupIsRefused) {
    const Backup backup = take();
    put(volume("v1", 9));
    lose_store();
    expect_refused(backup, false, "look for a newer one");
}

// L3: whoever owned it in between is fenced by the epoch that comes next.
TEST_F(RestoreTest, OlderBackupNeverBringsBackAnEpoch) {
    const Backup backup = take();
    put(volume("v1", 9));
    const Witness other_node = *store_->seen();
    lose_store();
    restore(backup, true);
    EXPECT_EQ(cluster().volumes.at("v1").epoch(), 10U);
    EXPECT_EQ(cluster().volumes.at("v1").legs(0).epoch(), 10U);
    EXPECT_TRUE(check_witness(other_node, witness_of(*store_->look())));
}

// A leg that was being made when the backup was taken holds data by now.
TEST_F(RestoreTest, OlderBackupNeverWipesALeg) {
    ASSERT_FALSE(cluster().volumes.at("v1").legs(0).formatted());
    const Backup backup = take();
    put(volume("v1", 4));
    lose_store();
    restore(backup, true);
    EXPECT_TRUE(cluster().volumes.at("v1").legs(0).formatted());
}

TEST_F(RestoreTest, OnANewMachineNothingIsKnownAndNothingBelieved) {
    const Backup backup = take();
    open_new();
    ASSERT_TRUE(load(*store_)) << "its daemon has made a cluster";
    ASSERT_NE(cluster().self.uuid(), backup.header.cluster_uuid());
    restore(backup);
    EXPECT_EQ(cluster().self.uuid(), backup.header.cluster_uuid());
    EXPECT_EQ(cluster().volumes.at("v1").epoch(), 5U);
    EXPECT_TRUE(cluster().volumes.at("v1").legs(0).formatted());
}

TEST_F(RestoreTest, WhatIsThereStaysAndWhatIsMissingComesBack) {
    put(volume("v2", 1, 1));
    const Backup backup = take();
    erase(key_of(volume("v2", 1)));
    put(volume("v1", 9));
    put(volume("v3", 1, 2));
    restore(backup, true);
    EXPECT_EQ(cluster().volumes.at("v1").epoch(), 9U) << "it is newer than the backup";
    EXPECT_EQ(cluster().volumes.at("v2").epoch(), 2U) << "raised: its past is unknown";
    EXPECT_TRUE(cluster().volumes.contains("v3"));
    const auto again = plan(backup, true);
    EXPECT_EQ(again->added, 0U);
    EXPECT_THAT(again->actions, Contains("keep volume v2"));
}

TEST_F(RestoreTest, VolumeThatWasRenamedSinceIsNotDoubled) {
    const Backup backup = take();
    v1::Volume renamed = volume("v1", 4);
    renamed.set_name("v9");
    put(renamed);
    erase(key_of(volume("v1", 4)));
    EXPECT_EQ(plan(backup, true)->added, 0U);
}

TEST_F(RestoreTest, WhatIsSomebodyElsesByNowIsRefused) {
    const Backup backup = take();
    erase(key_of(volume("v1", 4)));
    v1::Volume other = volume("v1", 1);
    other.set_uuid("another");
    put(other);
    expect_refused(backup, true, "another one has this name by now");
    other.set_name("v7");
    put(other);
    erase(key_of(volume("v1", 4)));
    expect_refused(backup, true, "volume 'v7' has its place on a disk by now");
    other.mutable_legs(0)->mutable_members(0)->set_offset_bytes(1U << 20U);
    put(other);
    expect_refused(backup, true, "volume 'v7' has its TCP port by now");
    other.set_port_offset(1);
    put(other);
    EXPECT_EQ(plan(backup, true)->added, 1U);
    erase(key_of(disk()));
    put(host("h2", "nqn.1"));
    erase(key_of(host("h1", "")));
    expect_refused(backup, true, "host 'h2' has its NQN by now");
}

TEST_F(RestoreTest, AnotherClusterIsRefused) {
    const Backup backup = take();
    open_new();
    put(disk());
    expect_refused(backup, true, "and the store of cluster");
    put(volume("v1", 1));
    lose_store();
    expect_refused(backup, true, "and this node belongs to cluster");
}

// Every prefix of the transactions leaves a store that is refused, and repeating it completes it.
TEST_F(RestoreTest, InterruptedRestoreGoesOn) {
    const Backup backup = take();
    open_new();
    ASSERT_TRUE(load(*store_));
    constexpr Limits one{.writes = 1, .bytes = 1U << 20U};
    const auto planned = plan(backup, false, one);
    ASSERT_TRUE(planned);
    for (std::size_t i = 0; i + 1 < planned->steps.size(); ++i) {
        ASSERT_TRUE(write_steps(*store_, {planned->steps[i]}, one));
        EXPECT_FALSE(load(*store_)) << planned->actions[i];
        const auto rest = plan(backup, false, one);
        ASSERT_TRUE(rest) << rest.error().message();
    }
    restore(backup);
    EXPECT_EQ(cluster().volumes.at("v1").epoch(), 5U);
}

TEST_F(RestoreTest, InterruptedRestoreOfAnotherFileIsRefused) {
    const Backup backup = take();
    put(volume("v1", 9));
    const Backup newer = take();
    open_new();
    ASSERT_TRUE(write_steps(*store_, {plan(backup)->steps[2]}, kNoLimits));
    expect_refused(newer, false, "with the same file");
}

TEST_F(RestoreTest, EtcdComesBackInParts) {
    if (!has_etcd()) {
        GTEST_SKIP() << "no etcd: install the package etcd-server";
    }
    for (int i = 0; i < 250; ++i) {
        put(host("x" + std::to_string(i), "nqn.x" + std::to_string(i)));
    }
    const Backup backup = take();
    open_new();
    const EtcdServers servers(*directory_ / "", 1);
    open(std::move(open_etcd(servers.options("n1")).value()));
    ASSERT_TRUE(load(*store_));
    const auto planned = plan(backup, false, kEtcdLimits);
    ASSERT_TRUE(planned) << planned.error().message();
    ASSERT_TRUE(write_steps(*store_, planned->steps, kEtcdLimits));
    ASSERT_TRUE(store_->believe());
    EXPECT_EQ(cluster().hosts.size(), 251U);
    EXPECT_EQ(take().header.records(), backup.header.records());
}

}  // namespace
}  // namespace dnvme::store
