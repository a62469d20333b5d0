// SPDX-License-Identifier: Apache-2.0
// A store that was put back from an older backup is noticed, and not believed.
#include <filesystem>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"
#include "store/records.h"
#include "store/witnessed_store.h"

namespace dnvme::store {
namespace {

using testing::HasSubstr;

v1::Volume volume(std::uint64_t epoch) {
    v1::Volume volume;
    volume.set_uuid("u1");
    volume.set_name("v1");
    volume.set_epoch(epoch);
    return volume;
}

class WitnessedStoreTest : public testing::Test {
  protected:
    void SetUp() override { reopen(); }

    void reopen() {
        store_.reset();
        auto opened = open_sqlite(path_);
        ASSERT_TRUE(opened) << opened.error().message();
        store_ = std::make_unique<WitnessedStore>(std::move(*opened), witness_);
    }

    void write_epoch(std::uint64_t epoch) {
        const auto loaded = load(*store_);
        ASSERT_TRUE(loaded) << loaded.error().message();
        ASSERT_TRUE(Change(*loaded).put(volume(epoch)).commit(*store_));
        ASSERT_TRUE(load(*store_));
    }

    void back_up() {
        store_.reset();
        std::filesystem::copy_file(path_, backup_);
        reopen();
    }

    void restore() {
        store_.reset();
        std::filesystem::remove(path_ + "-wal");
        std::filesystem::copy_file(backup_, path_,
                                   std::filesystem::copy_options::overwrite_existing);
        reopen();
    }

    void expect_refused(const std::string& words) {
        const auto loaded = load(*store_);
        ASSERT_FALSE(loaded);
        EXPECT_EQ(loaded.error().code(), Code::precondition);
        EXPECT_THAT(loaded.error().message(), HasSubstr(words));
    }

    TempDir directory_;
    const std::string path_ = directory_ / "store.db";
    const std::string backup_ = directory_ / "backup.db";
    const std::string witness_ = directory_ / "seen.json";
    std::unique_ptr<Store> store_;
};

TEST_F(WitnessedStoreTest, NewestStoreIsTaken) {
    write_epoch(1);
    reopen();
    EXPECT_EQ(load(*store_)->cluster.volumes.at("v1").epoch(), 1U);
    write_epoch(2);
    back_up();
    restore();
    EXPECT_TRUE(load(*store_)) << "nothing was written since";
}

TEST_F(WitnessedStoreTest, OlderStoreIsRefused) {
    write_epoch(1);
    back_up();
    write_epoch(1);
    restore();
    expect_refused("was put back from an older backup");
    restore();
    expect_refused("the admin guide says how to go on");
}

TEST_F(WitnessedStoreTest, OlderStoreThatCaughtUpIsRefusedByItsEpochs) {
    write_epoch(1);
    back_up();
    write_epoch(2);
    store_.reset();
    std::filesystem::rename(witness_, witness_ + ".kept");
    restore();
    for (int i = 0; i < 5; ++i) {
        write_epoch(1);
    }
    std::filesystem::rename(witness_ + ".kept", witness_);
    reopen();
    expect_refused("u1 has epoch 1 in the store and this node has seen 2");
}

TEST_F(WitnessedStoreTest, StoreOfAnotherClusterIsRefused) {
    ASSERT_TRUE(load(*store_));
    store_.reset();
    std::filesystem::remove(path_);
    std::filesystem::remove(path_ + "-wal");
    reopen();
    expect_refused("the store of nobody yet");
}

TEST_F(WitnessedStoreTest, WhatWasDeletedIsForgotten) {
    write_epoch(7);
    ASSERT_TRUE(Change(*load(*store_)).erase(key_of(volume(7))).commit(*store_));
    ASSERT_TRUE(load(*store_));
    EXPECT_EQ(read_witness(witness_)->epochs.size(), 0U);
}

TEST_F(WitnessedStoreTest, WithoutTheFileTheStoreIsBelieved) {
    write_epoch(1);
    back_up();
    write_epoch(2);
    store_.reset();
    std::filesystem::remove(witness_);
    restore();
    EXPECT_TRUE(load(*store_));
}

TEST(WitnessFile, MayBeInTheWorkingDirectory) {
    const TempDir directory;
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(directory / "");
    const Status written =
        write_witness("seen", {.cluster_uuid = "u", .revision = 3, .epochs = {}});
    const auto read = read_witness("seen");
    std::filesystem::current_path(before);
    ASSERT_TRUE(written) << written.error().message();
    EXPECT_EQ(read->revision, 3);
}

TEST_F(WitnessedStoreTest, DamagedFileIsNamed) {
    write_epoch(1);
    write_file(witness_, "{");
    reopen();
    expect_refused(witness_ + " is damaged");
}

}  // namespace
}  // namespace dnvme::store
