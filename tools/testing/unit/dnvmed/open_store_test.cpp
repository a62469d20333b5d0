// SPDX-License-Identifier: Apache-2.0
// The store that the configuration names, and what is refused at the start.
#include "open_store.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"
#include "store/records.h"

namespace dnvme::daemon {
namespace {

using testing::HasSubstr;

class OpenStore : public testing::Test {
  protected:
    void SetUp() override {
        config_.node = "n1";
        config_.store.path = directory_ / "store.db";
    }

    void use() {
        const auto store = open_store(config_);
        ASSERT_TRUE(store) << store.error().message();
        v1::Host host;
        host.set_name("h1");
        ASSERT_TRUE(store::Change(store::load(**store).value()).put(host).commit(**store));
        ASSERT_TRUE(store::load(**store));
    }

    void expect_refused(Code code, const std::string& words) {
        const auto store = open_store(config_);
        ASSERT_FALSE(store);
        EXPECT_EQ(store.error().code(), code);
        EXPECT_THAT(store.error().message(), HasSubstr(words));
    }

    const TempDir directory_;
    Config config_;
};

TEST_F(OpenStore, OlderBackupIsRefusedAtTheStart) {
    use();
    const std::string backup = directory_ / "backup.db";
    std::filesystem::copy_file(config_.store.path, backup);
    use();
    std::filesystem::rename(backup, config_.store.path);
    expect_refused(Code::precondition, "put back from an older backup");
    std::filesystem::remove(config_.store.path + ".seen");
    use();
}

// Through a daemon that does not start nobody could restore it.
TEST_F(OpenStore, StoreThatIsLostWaitsToBeRestored) {
    use();
    for (const char* end : {"", "-wal", "-shm"}) {
        std::filesystem::remove(config_.store.path + end);
    }
    const auto store = open_store(config_);
    ASSERT_TRUE(store) << store.error().message();
    const auto loaded = store::load(**store);
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().message(), HasSubstr("the store of nobody yet"));
    EXPECT_TRUE((*store)->look()->entries.empty()) << "nothing is made in it";
}

TEST_F(OpenStore, StoreInMemoryLeavesNothingBehind) {
    config_.store.path = ":memory:";
    use();
    EXPECT_TRUE(std::filesystem::is_empty(directory_ / ""));
}

TEST_F(OpenStore, PasswordComesFromAFile) {
    config_.store.kind = "etcd";
    config_.store.endpoints = {"http://127.0.0.1"};
    config_.store.user = "dnvme";
    config_.store.password_file = directory_ / "password";
    expect_refused(Code::invalid, directory_ / "password cannot be read");
    std::ofstream(config_.store.password_file) << "\n";
    expect_refused(Code::invalid, "is empty");
    std::ofstream(config_.store.password_file) << "secret\n";
    expect_refused(Code::invalid, "must be http://address:port");
}

TEST_F(OpenStore, WitnessStandsBesideTheStore) {
    EXPECT_EQ(witness_path({.kind = "sqlite", .path = "/a/store.db"}), "/a/store.db.seen");
    EXPECT_EQ(witness_path({.kind = "etcd", .path = "/a/store.db"}), "/a/etcd.seen");
    EXPECT_EQ(witness_path({.kind = "sqlite", .path = ":memory:"}), "");
}

}  // namespace
}  // namespace dnvme::daemon
