// SPDX-License-Identifier: Apache-2.0
// Records move from one kind of store to another, all of them or visibly not.
#include "store/transfer.h"

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etcd_server.h"
#include "files.h"
#include "store/codec.h"
#include "store/forwarding.h"
#include "store/notes.h"
#include "store/records.h"

namespace dnvme::store {
namespace {

using testing::HasSubstr;

/// More than one transaction takes.
constexpr int kHosts = 250;

class Transfer : public testing::Test {
  protected:
    void SetUp() override {
        from_ = std::move(open_sqlite(":memory:").value());
        ASSERT_TRUE(load(*from_));
        for (int i = 0; i < kHosts; ++i) {
            add_host(*from_, "h" + std::to_string(i));
        }
    }

    static void add_host(Store& store, const std::string& name) {
        v1::Host host;
        host.set_name(name);
        ASSERT_TRUE(Change(load(store).value()).put(host).commit(store));
    }

    void expect_copy(Store& to) {
        EXPECT_EQ(check_copy(*from_, to).value_or(0), kHosts + 1U);
        const auto done = copy_records(*from_, to, kEtcdLimits);
        ASSERT_TRUE(done) << done.error().message();
        EXPECT_EQ(done->revision, from_->list(kRoot)->revision);
        const auto copied = load(to);
        ASSERT_TRUE(copied) << copied.error().message();
        EXPECT_EQ(copied->cluster.hosts.size(), std::size_t{kHosts});
        EXPECT_EQ(copied->cluster.self.uuid(), load(*from_)->cluster.self.uuid());
    }

    void expect_refused(Store& from, Store& to, const std::string& words) {
        EXPECT_FALSE(check_copy(from, to));
        const auto copied = copy_records(from, to, kEtcdLimits);
        ASSERT_FALSE(copied);
        EXPECT_EQ(copied.error().code(), Code::precondition);
        EXPECT_THAT(copied.error().message(), HasSubstr(words));
    }

    std::unique_ptr<Store> from_;
};

TEST_F(Transfer, EveryRecordArrives) {
    const auto to = open_sqlite(":memory:");
    expect_copy(**to);
    const auto revision = (*to)->list(kRoot)->revision;
    expect_copy(**to);
    EXPECT_EQ((*to)->list(kRoot)->revision, revision) << "it is there already";
    add_host(**to, "another");
    expect_refused(*from_, **to, "has other records already");
}

/// Fails every transaction after the first @p left ones.
class FailingStore : public ForwardingStore {
  public:
    FailingStore(Store& below, int left) : ForwardingStore(below), left_(left) {}
    Result<std::int64_t> transact(const std::vector<Compare>& compares,
                                  const std::vector<Write>& writes) override {
        if (left_-- <= 0) {
            return fail(Code::unavailable, "the network is gone");
        }
        return ForwardingStore::transact(compares, writes);
    }

  private:
    int left_;
};

// 252 writes in three transactions, and the one that makes the copy valid.
TEST_F(Transfer, InterruptedCopyGoesOnWithWhatIsThereByThen) {
    for (int done = 0; done < 4; ++done) {
        const auto to = open_sqlite(":memory:");
        FailingStore failing(**to, done);
        EXPECT_FALSE(copy_records(*from_, failing, kEtcdLimits));
        if (done > 0) {
            const auto half = load(**to);
            ASSERT_FALSE(half) << done;
            EXPECT_THAT(half.error().message(), HasSubstr("repeat the restore or the move"));
        }
        v1::Host late;
        late.set_name("h0");
        late.set_nqn("nqn.late." + std::to_string(done));
        ASSERT_TRUE(Change(load(*from_).value()).put(late).commit(*from_));
        expect_copy(**to);
        EXPECT_EQ(load(**to)->cluster.hosts.at("h0").nqn(), late.nqn());
    }
}

TEST_F(Transfer, WhatIsDeletedBetweenTwoAttemptsIsNotCopied) {
    const auto to = open_sqlite(":memory:");
    FailingStore failing(**to, 3);
    EXPECT_FALSE(copy_records(*from_, failing, kEtcdLimits));
    v1::Host gone;
    gone.set_name("h7");
    ASSERT_TRUE(Change(load(*from_).value()).erase(key_of(gone)).commit(*from_));
    ASSERT_TRUE(copy_records(*from_, **to, kEtcdLimits));
    EXPECT_FALSE(load(**to)->cluster.hosts.contains("h7"));
}

/// Loses the value of one key on its way.
class LossyStore : public ForwardingStore {
  public:
    using ForwardingStore::ForwardingStore;
    Result<std::int64_t> transact(const std::vector<Compare>& compares,
                                  const std::vector<Write>& writes) override {
        std::vector<Write> changed = writes;
        for (Write& write : changed) {
            if (write.key == "/dnvme/hosts/h7") {
                write.value = "";
            }
        }
        return ForwardingStore::transact(compares, changed);
    }
};

TEST_F(Transfer, CopyThatIsNotTheSameIsNotValid) {
    const auto to = open_sqlite(":memory:");
    LossyStore lossy(**to);
    const auto copied = copy_records(*from_, lossy, kEtcdLimits);
    ASSERT_FALSE(copied);
    EXPECT_THAT(copied.error().message(), HasSubstr("what arrived is not what was sent"));
    EXPECT_FALSE(load(**to));
}

TEST_F(Transfer, RevisionsGoOn) {
    const auto to = open_sqlite(":memory:");
    ASSERT_TRUE(copy_records(*from_, **to, kNoLimits));
    EXPECT_GT(total_revision(*(*to)->list(kRoot)), total_revision(*from_->list(kRoot)));
}

TEST_F(Transfer, StoreWithoutAClusterIsNotCopied) {
    const auto empty = open_sqlite(":memory:");
    const auto to = open_sqlite(":memory:");
    expect_refused(**empty, **to, "has no cluster");
}

TEST_F(Transfer, KeysWithALeaseStayBehind) {
    const LeaseId lease = from_->grant(std::chrono::hours(1)).value();
    const std::string key = std::string(kRoot) + "leader";
    ASSERT_TRUE(from_->transact({}, {{.key = key, .value = "n1", .lease = lease}}));
    const auto to = open_sqlite(":memory:");
    ASSERT_TRUE(copy_records(*from_, **to, kNoLimits));
    EXPECT_EQ(load(**to)->cluster.hosts.size(), std::size_t{kHosts});
    EXPECT_TRUE((*to)->list(key)->entries.empty());
}

TEST_F(Transfer, EtcdTakesItInParts) {
    if (!has_etcd()) {
        GTEST_SKIP() << "no etcd: install the package etcd-server";
    }
    const TempDir directory;
    const EtcdServers servers(directory / "", 1);
    const auto to = open_etcd(servers.options("n1"));
    expect_copy(**to);
    const auto back = open_sqlite(":memory:");
    ASSERT_TRUE(copy_records(**to, **back, kNoLimits));
    EXPECT_EQ(load(**back)->cluster.hosts.size(), std::size_t{kHosts});
}

}  // namespace
}  // namespace dnvme::store
