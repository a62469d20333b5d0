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
            v1::Host host;
            host.set_name("h" + std::to_string(i));
            ASSERT_TRUE(Change(load(*from_).value()).put(host).commit(*from_));
        }
    }

    void expect_copy(Store& to) {
        EXPECT_EQ(copy_records(*from_, to).value_or(0), kHosts + 1U);
        const auto copied = load(to);
        ASSERT_TRUE(copied) << copied.error().message();
        EXPECT_EQ(copied->cluster.hosts.size(), std::size_t{kHosts});
        EXPECT_EQ(copied->cluster.self.uuid(), load(*from_)->cluster.self.uuid());
    }

    void expect_refused(Store& from, Store& to, const std::string& words) {
        const auto copied = copy_records(from, to);
        ASSERT_FALSE(copied);
        EXPECT_EQ(copied.error().code(), Code::precondition);
        EXPECT_THAT(copied.error().message(), HasSubstr(words));
    }

    std::unique_ptr<Store> from_;
};

TEST_F(Transfer, EveryRecordArrives) {
    const auto to = open_sqlite(":memory:");
    expect_copy(**to);
    expect_refused(*from_, **to, "has records already");
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
    EXPECT_EQ(copy_records(*from_, **to).value_or(0), kHosts + 1U);
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
    EXPECT_EQ(copy_records(**to, **back).value_or(0), kHosts + 1U);
}

}  // namespace
}  // namespace dnvme::store
