// SPDX-License-Identifier: Apache-2.0
// The store as a whole: backed up, put back, moved to etcd.
#include "archive.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etcd_server.h"
#include "files.h"
#include "open_store.h"
#include "store/records.h"

namespace dnvme::daemon {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

class ArchiveTest : public testing::Test {
  protected:
    void SetUp() override {
        config_.node = "n1";
        config_.store.path = directory_ / "store.db";
        start();
        add_host("h1");
    }

    void start() {
        archive_.reset();
        store_.reset();
        auto opened = open_store(config_);
        ASSERT_TRUE(opened) << opened.error().message();
        store_ = std::move(*opened);
        archive_ = std::make_unique<Archive>(*store_, config_);
    }

    void lose_store() {
        archive_.reset();
        store_.reset();
        for (const char* end : {"", "-wal", "-shm"}) {
            std::filesystem::remove(config_.store.path + end);
        }
        start();
    }

    void add_host(const std::string& name) {
        v1::Host host;
        host.set_uuid("u-" + name);
        host.set_name(name);
        host.set_nqn("nqn." + name);
        ASSERT_TRUE(store::Change(store::load(*store_).value()).put(host).commit(*store_));
        ASSERT_TRUE(store::load(*store_));
    }

    std::string back_up() { return archive_->back_up().value().bytes; }

    static v1::RestoreOptions options(bool force = false, bool dry_run = false) {
        v1::RestoreOptions options;
        options.set_force(force);
        options.set_dry_run(dry_run);
        return options;
    }

    static v1::MigrateStoreRequest to_etcd(const std::string& endpoint, bool dry_run = false) {
        v1::MigrateStoreRequest request;
        request.set_config("[store]\nkind = \"etcd\"\nendpoints = [\"" + endpoint + "\"]\n");
        request.set_config_path("new.toml");
        request.set_dry_run(dry_run);
        return request;
    }

    void expect_refused(const v1::MigrateStoreRequest& request, Code code,
                        const std::string& words) {
        const auto migrated = archive_->migrate(request);
        ASSERT_FALSE(migrated);
        EXPECT_EQ(migrated.error().code(), code);
        EXPECT_THAT(migrated.error().message(), HasSubstr(words));
        add_host("still-here");
    }

    TempDir directory_;
    Config config_;
    std::unique_ptr<store::WitnessedStore> store_;
    std::unique_ptr<Archive> archive_;
};

TEST_F(ArchiveTest, ShowsTheStore) {
    const auto view = archive_->show();
    ASSERT_TRUE(view);
    EXPECT_EQ(view->store_kind(), "sqlite");
    EXPECT_EQ(view->store(), config_.store.path);
    EXPECT_EQ(view->hosts(), 1U);
    EXPECT_EQ(view->uuid(), store::load(*store_)->cluster.self.uuid());
    EXPECT_EQ(static_cast<std::int64_t>(view->revision()), store_->look()->revision);
}

TEST_F(ArchiveTest, BackupSaysWhenItWasTaken) {
    EXPECT_THAT(archive_->back_up()->header.taken_at(),
                MatchesRegex("20[0-9-]+T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"));
}

TEST_F(ArchiveTest, StoreThatIsLostComesBack) {
    const std::string file = back_up();
    lose_store();
    ASSERT_FALSE(archive_->back_up());
    const auto rehearsed = archive_->restore(file, options(false, true));
    ASSERT_TRUE(rehearsed) << rehearsed.error().message();
    ASSERT_FALSE(archive_->back_up()) << "that was a dry run";
    const auto restored = archive_->restore(file, options());
    ASSERT_TRUE(restored) << restored.error().message();
    EXPECT_EQ(restored->added(), 2U);
    EXPECT_EQ(restored->actions_size(), 2);
    EXPECT_TRUE(store::load(*store_)->cluster.hosts.contains("h1"));
    start();
    add_host("h2");
}

TEST_F(ArchiveTest, OlderBackupNeedsForce) {
    const std::string file = back_up();
    add_host("h2");
    lose_store();
    EXPECT_FALSE(archive_->restore(file, options()));
    EXPECT_TRUE(archive_->restore(file, options(true)));
    start();
    add_host("h3");
}

TEST_F(ArchiveTest, StoreMovesToEtcd) {
    if (!store::has_etcd()) {
        GTEST_SKIP() << "no etcd: install the package etcd-server";
    }
    const store::EtcdServers servers(directory_ / "", 1);
    const std::string endpoint = servers.endpoints().front();
    const auto rehearsed = archive_->migrate(to_etcd(endpoint, true));
    ASSERT_TRUE(rehearsed) << rehearsed.error().message();
    add_host("h2");
    const auto migrated = archive_->migrate(to_etcd(endpoint));
    ASSERT_TRUE(migrated) << migrated.error().message();
    EXPECT_EQ(migrated->records(), 3U);
    EXPECT_EQ(migrated->to(), "etcd at " + endpoint);

    const auto late = store::load(*store_);
    ASSERT_FALSE(late) << "the old store takes nothing more";
    EXPECT_THAT(late.error().message(), HasSubstr("has moved to etcd at " + endpoint));
    EXPECT_FALSE(store_->transact({}, {{.key = "/dnvme/hosts/h9", .value = "x"}}));
    store_.reset();
    const auto again = open_store(config_);
    ASSERT_FALSE(again) << "a daemon that opens it does not start";
    EXPECT_THAT(again.error().message(), HasSubstr("has moved to etcd at " + endpoint));

    config_.store.kind = "etcd";
    config_.store.endpoints = {endpoint};
    start();
    EXPECT_EQ(store::load(*store_)->cluster.hosts.size(), 2U);
    add_host("h3");
    expect_refused(to_etcd(endpoint), Code::precondition, "in etcd already");
}

TEST_F(ArchiveTest, MoveThatCannotBeDoneChangesNothing) {
    expect_refused(to_etcd("http://192.0.2.1"), Code::invalid, "must be http://address:port");
    v1::MigrateStoreRequest request;
    request.set_config_path("new.toml");
    expect_refused(request, Code::invalid, "names no etcd");
    request.set_config("[stor]\n");
    expect_refused(request, Code::invalid, "new.toml:1");
    request = to_etcd("http://127.0.0.1:1");
    request.set_config(request.config() + "[node]\nname = \"n2\"\n");
    expect_refused(request, Code::invalid, "is for node 'n2', and this daemon runs node 'n1'");
}

// The next start would refuse it, when there is no way back.
TEST_F(ArchiveTest, NodeThatHasSeenAnotherEtcdIsRefused) {
    ASSERT_TRUE(store::write_witness(directory_ / "etcd.seen",
                                     {.cluster_uuid = "u", .revision = 7, .epochs = {}}));
    v1::MigrateStoreRequest request = to_etcd("http://127.0.0.1:1");
    request.set_config(request.config() + "path = \"" + config_.store.path + "\"\n");
    expect_refused(request, Code::precondition, "etcd.seen is of another etcd");
}

TEST_F(ArchiveTest, EtcdOfAnotherClusterIsRefused) {
    if (!store::has_etcd()) {
        GTEST_SKIP() << "no etcd: install the package etcd-server";
    }
    const store::EtcdServers servers(directory_ / "", 1);
    ASSERT_TRUE(store::load(*store::open_etcd(servers.options("n2")).value()));
    expect_refused(to_etcd(servers.endpoints().front()), Code::precondition,
                   "has other records already");
}

}  // namespace
}  // namespace dnvme::daemon
