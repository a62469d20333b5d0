// SPDX-License-Identifier: Apache-2.0
// A store that has moved is not written any more, and says where to.
#include "store/moved.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"
#include "store/codec.h"
#include "store/records.h"

namespace dnvme::store {
namespace {

using testing::HasSubstr;

class Moved : public testing::Test {
  protected:
    void SetUp() override { reopen(); }
    void reopen() {
        store_.reset();
        store_ = with_moved_check(std::move(open_sqlite(directory_ / "store.db").value()));
    }

    TempDir directory_;
    std::unique_ptr<Store> store_;
};

TEST_F(Moved, NothingIsWrittenAfterwards) {
    const Loaded loaded = load(*store_).value();
    v1::Host host;
    host.set_name("h1");
    ASSERT_TRUE(mark_moved(*store_, *store_->list(kRoot), "etcd at http://192.0.2.1:2379"));
    const Status late = Change(loaded).put(host).commit(*store_);
    ASSERT_FALSE(late) << "it was begun before";
    EXPECT_EQ(late.error().code(), Code::conflict);
    reopen();
    const auto again = load(*store_);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code(), Code::precondition);
    EXPECT_THAT(again.error().message(), HasSubstr("has moved to etcd at http://192.0.2.1:2379"));
    EXPECT_FALSE(store_->transact({}, {{.key = "/dnvme/hosts/h2", .value = "x"}}));
}

TEST_F(Moved, WhatWasWrittenSinceTheCopyIsNotLost) {
    ASSERT_TRUE(load(*store_));
    const Snapshot copied = *store_->list(kRoot);
    v1::Host host;
    host.set_name("h1");
    ASSERT_TRUE(Change(*load(*store_)).put(host).commit(*store_));
    const Status moved = mark_moved(*store_, copied, "etcd");
    ASSERT_FALSE(moved);
    EXPECT_EQ(moved.error().code(), Code::conflict);
    EXPECT_TRUE(load(*store_));
}

}  // namespace
}  // namespace dnvme::store
