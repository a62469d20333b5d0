// SPDX-License-Identifier: Apache-2.0
// What etcd does to a client: members that die, stop or come back, users, TLS, a full database.
#include "store/etcd.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etcd_server.h"
#include "files.h"
#include "watching.h"

namespace dnvme::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Nobody listens there.
constexpr const char* kNowhere = "http://127.0.0.1:1";

std::unique_ptr<Store> open(const EtcdOptions& options) {
    auto store = open_etcd(options);
    EXPECT_TRUE(store) << store.error().message();
    return std::move(*store);
}

std::int64_t put(Store& store, const std::string& key, const std::string& value) {
    const auto revision = store.transact({}, {{.key = key, .value = value}});
    EXPECT_TRUE(revision) << revision.error().message();
    return revision.value_or(-1);
}

/// For a store that does not wait as long as a loaded machine may need.
void put_at_last(Store& store, const std::string& key, const std::string& value) {
    const auto deadline = std::chrono::steady_clock::now() + kLong;
    while (std::chrono::steady_clock::now() < deadline) {
        if (store.transact({}, {{.key = key, .value = value}})) {
            return;
        }
    }
    ADD_FAILURE() << "nothing could be written in " << kLong.count() << " ms";
}

std::string value_of(Store& store, const std::string& key) {
    const auto snapshot = store.list(key);
    EXPECT_TRUE(snapshot) << snapshot.error().message();
    const auto entries = snapshot.value_or(Snapshot{}).entries;
    return entries.empty() ? "" : entries[0].value;
}

std::vector<std::string> values(const std::vector<Event>& events) {
    std::vector<std::string> values;
    values.reserve(events.size());
    for (const Event& event : events) {
        values.push_back(event.value.value_or("gone"));
    }
    return values;
}

TEST(EtcdOptions, EndpointsAreUrls) {
    for (const char* wrong :
         {"", "10.0.0.1:2379", "http://10.0.0.1", "ftp://a:1", "http://a:1/b"}) {
        const auto store = open_etcd({.endpoints = {wrong}, .client = "n1"});
        ASSERT_FALSE(store) << wrong;
        EXPECT_EQ(store.error().code(), Code::invalid);
        EXPECT_THAT(store.error().message(), HasSubstr("https://address:port"));
    }
    EXPECT_FALSE(open_etcd({.endpoints = {}, .client = "n1"}));
}

TEST(EtcdOptions, MissingCertificateIsNamed) {
    const auto store =
        open_etcd({.endpoints = {"https://[::1]:2379"}, .client = "n1", .ca_file = "/no/ca.pem"});
    ASSERT_FALSE(store);
    EXPECT_THAT(store.error().message(), HasSubstr("read /no/ca.pem: No such file or directory"));
}

TEST(EtcdOptions, NobodyThereIsUnavailable) {
    const auto store =
        open({.endpoints = {kNowhere}, .client = "n1", .timeout = milliseconds(300)});
    const auto listed = store->list("");
    ASSERT_FALSE(listed);
    EXPECT_EQ(listed.error().code(), Code::unavailable);
    EXPECT_THAT(listed.error().message(), HasSubstr(kNowhere));
    EXPECT_EQ(store->transact({}, {{.key = "a", .value = "1"}}).error().code(), Code::unavailable);
    EXPECT_EQ(store->watch("", 1)->next(milliseconds(300)).error().code(), Code::unavailable);
}

class Etcd : public testing::Test {
  protected:
    void SetUp() override {
        if (!has_etcd()) {
            GTEST_SKIP() << "no etcd: install the package etcd-server";
        }
    }

    TempDir directory_;
};

TEST_F(Etcd, MemberThatDoesNotAnswerIsPassedOver) {
    const EtcdServers servers(directory_ / "", 1);
    EtcdOptions options = servers.options("n1");
    options.endpoints.insert(options.endpoints.begin(), kNowhere);
    const auto store = open(options);
    const auto watch = store->watch("", 1);
    put(*store, "a", "1");
    EXPECT_THAT(values(events_of(*watch, 1)), ElementsAre("1"));
}

TEST_F(Etcd, SecondProcessOfTheSameNameIsNoticed) {
    const EtcdServers servers(directory_ / "", 1);
    const auto first = open(servers.options("n1"));
    const auto other = open(servers.options("n2"));
    put(*first, "a", "1");
    put(*other, "a", "2");
    put(*first, "a", "3");
    const auto second = open(servers.options("n1"));
    put(*second, "a", "4");
    const auto written = first->transact({}, {{.key = "a", .value = "5"}});
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code(), Code::precondition);
    EXPECT_THAT(written.error().message(), HasSubstr("somebody else writes to the store as 'n1'"));
    EXPECT_EQ(value_of(*first, "a"), "4");
}

TEST_F(Etcd, FullDatabaseRefusesAndChangesNothing) {
    const EtcdServers servers(directory_ / "", 1, {"--quota-backend-bytes", "4194304"});
    const auto store = open(servers.options("n1"));
    const std::string large(512 << 10, 'x');
    put(*store, "first", "1");
    Result<std::int64_t> written = 0;
    std::size_t count = 0;
    while (written && count < 100) {
        written = store->transact({}, {{.key = "k" + std::to_string(count++), .value = large},
                                       {.key = "first", .value = std::to_string(count)}});
    }
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code(), Code::no_space);
    EXPECT_THAT(written.error().message(), HasSubstr("etcdctl alarm disarm"));
    EXPECT_EQ(store->list("k")->entries.size(), count - 1);
    EXPECT_EQ(store->transact({}, {{.key = "b", .value = "1"}}).error().code(), Code::no_space);
    EXPECT_EQ(value_of(*store, "b"), "");
}

TEST_F(Etcd, UserAndPasswordAreAskedFor) {
    EtcdServers servers(directory_ / "", 1, {"--auth-token-ttl", "1", "--bcrypt-cost", "4"});
    servers.set_password("secret");
    EtcdOptions options = servers.options("n1");
    const auto nobody = open(options)->list("");
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().code(), Code::precondition);
    EXPECT_THAT(nobody.error().message(), HasSubstr("asks for a user"));
    options.user = "root";
    options.password = "wrong";
    EXPECT_THAT(open(options)->list("").error().message(), HasSubstr("password is wrong"));
    options.password = "secret";
    const auto store = open(options);
    const auto watch = store->watch("a", 1);
    put(*store, "a", "1");
    std::this_thread::sleep_for(seconds(3));  // its token runs out after one
    put(*store, "a", "2");
    EXPECT_THAT(values(events_of(*watch, 2)), ElementsAre("1", "2"));
    EXPECT_TRUE(store->keep_alive(store->grant(seconds(60)).value()));
}

TEST_F(Etcd, UserWhereNobodyAsksForOneIsAMistake) {
    const EtcdServers servers(directory_ / "", 1);
    EtcdOptions options = servers.options("n1");
    options.user = "root";
    const auto listed = open(options)->list("");
    ASSERT_FALSE(listed);
    EXPECT_EQ(listed.error().code(), Code::precondition);
    EXPECT_THAT(listed.error().message(), HasSubstr("etcd has no users"));
}

TEST_F(Etcd, TlsOnBothSides) {
    const Pem pem(directory_ / "");
    const EtcdServers servers(directory_ / "", 1, {}, &pem);
    EtcdOptions options = servers.options("n1");
    options.ca_file = pem.ca;
    options.cert_file = pem.cert;
    options.key_file = pem.key;
    const auto store = open(options);
    put(*store, "a", "1");
    EXPECT_EQ(value_of(*store, "a"), "1");

    options.timeout = seconds(2);
    options.cert_file.clear();
    options.key_file.clear();
    EXPECT_EQ(open(options)->list("").error().code(), Code::unavailable) << "without a certificate";
    options.endpoints[0].replace(0, 5, "http");
    EXPECT_EQ(open(options)->list("").error().code(), Code::unavailable) << "without TLS";
}

TEST_F(Etcd, WatchGoesOnAfterARestart) {
    EtcdServers servers(directory_ / "", 1);
    const auto store = open(servers.options("n1"));
    const auto watch = store->watch("a", 1);
    put(*store, "a", "1");
    EXPECT_THAT(values(events_of(*watch, 1)), ElementsAre("1"));
    servers.kill(0);
    EXPECT_EQ(watch->next(milliseconds(1000)).error().code(), Code::unavailable);
    servers.start(0);
    put(*store, "a", "2");
    put(*store, "a", "3");
    EXPECT_THAT(values(events_of(*watch, 2)), ElementsAre("2", "3"));
}

TEST_F(Etcd, WatchThatFellBehindAcrossACompactionSaysSo) {
    EtcdServers servers(directory_ / "", 1);
    const auto store = open(servers.options("n1"));
    const auto watch = store->watch("a", 1);
    put(*store, "a", "1");
    EXPECT_THAT(values(events_of(*watch, 1)), ElementsAre("1"));
    servers.kill(0);
    servers.start(0);
    for (const char* value : {"2", "3", "4"}) {
        put(*store, "a", value);
    }
    ASSERT_TRUE(store->compact(store->list("")->revision));
    EXPECT_EQ(first_error(*watch).code(), Code::compacted);
    const auto snapshot = store->list("a");
    EXPECT_EQ(snapshot->entries.at(0).value, "4");
    const auto again = store->watch("a", snapshot->revision + 1);
    put(*store, "a", "5");
    EXPECT_THAT(values(events_of(*again, 1)), ElementsAre("5"));
}

/// Adds to a counter by compare and swap; remembers what was acknowledged.
struct Adder {
    explicit Adder(const EtcdOptions& options) : store(open(options)) {}

    void add_until(const std::atomic<bool>& ended) {
        while (!ended) {
            const auto snapshot = store->list("n");
            if (!snapshot || snapshot->entries.size() != 1) {
                continue;
            }
            const Entry& entry = snapshot->entries[0];
            const auto swapped = store->transact(
                {{.key = "n", .mod_revision = entry.mod_revision}},
                {{.key = "n", .value = std::to_string(std::stoi(entry.value) + 1)}});
            if (swapped) {
                revisions.push_back(*swapped);
                ++added;
            } else if (swapped.error().code() != Code::conflict) {
                ADD_FAILURE() << swapped.error().message();
            }
        }
    }

    std::unique_ptr<Store> store;
    std::atomic<std::size_t> added = 0;
    std::vector<std::int64_t> revisions;
};

void wait_for_more(const Adder& adder, std::size_t more) {
    const std::size_t target = adder.added + more;
    const auto deadline = std::chrono::steady_clock::now() + 2 * kLong;
    while (adder.added < target) {
        ASSERT_LT(std::chrono::steady_clock::now(), deadline);
        std::this_thread::sleep_for(milliseconds(10));
    }
}

// Each addition is done once, by one of the racing writers, and none that was acknowledged is lost.
TEST_F(Etcd, LeaderThatDiesLosesAndDoublesNothing) {
    EtcdServers servers(directory_ / "", 3);
    Adder first(servers.options("n1"));
    Adder second(servers.options("n2"));
    put(*first.store, "n", "0");
    const auto watch = first.store->watch("n", first.store->list("")->revision + 1);
    std::atomic<bool> ended = false;
    std::thread one([&] { first.add_until(ended); });
    std::thread two([&] { second.add_until(ended); });
    wait_for_more(first, 5);
    wait_for_more(second, 5);
    servers.kill(servers.leader());
    wait_for_more(first, 5);
    wait_for_more(second, 5);
    ended = true;
    one.join();
    two.join();
    std::set<std::int64_t> revisions(first.revisions.begin(), first.revisions.end());
    revisions.insert(second.revisions.begin(), second.revisions.end());
    const std::size_t sum = first.added + second.added;
    EXPECT_EQ(revisions.size(), sum) << "two won the same race";
    EXPECT_EQ(value_of(*first.store, "n"), std::to_string(sum));
    const auto events = events_of(*watch, sum);
    ASSERT_EQ(events.size(), sum);
    EXPECT_EQ(events.front().value, "1");
    EXPECT_EQ(events.back().value, std::to_string(sum));
}

// What it had received before it was stopped must not be done when it goes on.
TEST_F(Etcd, MemberThatStoppedIsPassedOverAndDoesNothingLate) {
    EtcdServers servers(directory_ / "", 3);
    EtcdOptions options = servers.options("n1");
    options.attempt_timeout = seconds(2);
    options.keepalive = seconds(6);
    const auto store = open(options);
    const auto watch = store->watch("a", 1);
    put(*store, "a", "1");
    EXPECT_THAT(values(events_of(*watch, 1)), ElementsAre("1"));
    servers.stop(0);
    put(*store, "a", "2");
    EXPECT_THAT(values(events_of(*watch, 1)), ElementsAre("2"));
    servers.resume(0);
    servers.leader();
    put(*store, "a", "3");
    EXPECT_THAT(values(events_of(*watch, 1)), ElementsAre("3"));
    EXPECT_THAT(quiet_changes(*watch).events, IsEmpty());
}

// A minority of the members does nothing; what it was asked to do may be done once it is joined by
// others, but not after the next transaction of the same client.
TEST_F(Etcd, OutcomeThatCannotBeKnownIsCalledSo) {
    EtcdServers servers(directory_ / "", 3);
    EtcdOptions options = servers.options("n1");
    options.timeout = seconds(5);
    options.attempt_timeout = seconds(2);
    const auto store = open(options);
    const auto patient = open(servers.options("n2"));
    put(*patient, "a", "1");
    put(*store, "b", "1");
    servers.kill(0);
    servers.kill(1);
    EXPECT_EQ(store->list("").error().code(), Code::unavailable);
    const auto written = store->transact({}, {{.key = "a", .value = "2"}});
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code(), Code::unknown);
    EXPECT_THAT(written.error().message(), HasSubstr("look before you try again"));
    EXPECT_EQ(store->transact({}, {{.key = "a", .value = "3"}}).error().code(), Code::unavailable);
    servers.start(0);
    put(*patient, "c", "1");
    put_at_last(*store, "b", "2");
    const std::string settled = value_of(*patient, "a");
    EXPECT_THAT(settled, AnyOf("1", "2"));
    servers.start(1);
    servers.leader();
    put_at_last(*store, "b", "3");
    EXPECT_EQ(value_of(*patient, "a"), settled);
}

}  // namespace
}  // namespace dnvme::store
