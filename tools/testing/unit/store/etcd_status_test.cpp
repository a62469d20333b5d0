// SPDX-License-Identifier: Apache-2.0
// What etcd's errors, in the words of 3.4, mean for the request and for whoever reads the message.
#include "store/etcd_status.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dnvme::store {
namespace {

using grpc::StatusCode;
using testing::HasSubstr;

Verdict verdict(StatusCode code, const std::string& words) {
    return verdict_on({code, words});
}

TEST(EtcdStatus, LostAnswersLeaveTheOutcomeOpen) {
    EXPECT_EQ(verdict(StatusCode::UNAVAILABLE, "etcdserver: leader changed"), Verdict::unknown);
    EXPECT_EQ(verdict(StatusCode::UNAVAILABLE, "etcdserver: request timed out"), Verdict::unknown);
    EXPECT_EQ(verdict(StatusCode::DEADLINE_EXCEEDED, ""), Verdict::unknown);
    EXPECT_EQ(verdict(StatusCode::CANCELLED, ""), Verdict::unknown);
    EXPECT_EQ(verdict(StatusCode::INTERNAL, "stream reset"), Verdict::unknown);
    EXPECT_EQ(verdict(StatusCode::RESOURCE_EXHAUSTED, "etcdserver: too many requests"),
              Verdict::unknown);
}

TEST(EtcdStatus, OldTokensAreRenewed) {
    EXPECT_EQ(verdict(StatusCode::UNAUTHENTICATED, "etcdserver: invalid auth token"),
              Verdict::expired);
    EXPECT_EQ(verdict(StatusCode::INVALID_ARGUMENT, "etcdserver: revision of auth store is old"),
              Verdict::expired);
}

TEST(EtcdStatus, RefusalsSayWhatToDo) {
    const auto expect = [](StatusCode status, const std::string& words, Code code,
                           const std::string& advice) {
        EXPECT_EQ(verdict(status, words), Verdict::refused) << words;
        const Error error = to_error({status, words});
        EXPECT_EQ(error.code(), code) << words;
        EXPECT_THAT(error.message(), HasSubstr(advice));
    };
    expect(StatusCode::RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded",
           Code::no_space, "etcdctl alarm disarm");
    expect(StatusCode::INVALID_ARGUMENT, "etcdserver: user name is empty", Code::precondition,
           "set store.user");
    expect(StatusCode::INVALID_ARGUMENT, "etcdserver: request is too large", Code::invalid,
           "request is too large");
    expect(StatusCode::PERMISSION_DENIED, "etcdserver: permission denied", Code::precondition,
           "begin with /dnvme/");
    expect(StatusCode::OUT_OF_RANGE, "etcdserver: mvcc: required revision has been compacted",
           Code::compacted, "list again");
    expect(StatusCode::OUT_OF_RANGE, "etcdserver: mvcc: required revision is a future revision",
           Code::invalid, "still to come");
    expect(StatusCode::NOT_FOUND, "etcdserver: requested lease not found", Code::not_found,
           "lease not found");
    expect(StatusCode::UNIMPLEMENTED, "unknown service", Code::precondition, "etcd of version 3.4");
}

}  // namespace
}  // namespace dnvme::store
