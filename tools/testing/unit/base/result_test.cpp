// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <cerrno>

#include <gtest/gtest.h>

namespace dnvme {
namespace {

TEST(Result, ErrnoErrorCarriesTheSystemsWords) {
    const Status status = fail_errno(ENOENT, "open /nowhere");
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code(), Code::internal);
    EXPECT_EQ(status.error().sys_errno(), ENOENT);
    EXPECT_EQ(status.error().message(), "open /nowhere: No such file or directory");
}

TEST(Result, ContextGoesInFront) {
    const Status inner = fail_errno(EBUSY, "remove device a");
    const Status outer = pass(inner.error(), "delete volume v1");
    EXPECT_EQ(outer.error().message(),
              "delete volume v1: remove device a: Device or resource busy");
    EXPECT_EQ(outer.error().sys_errno(), EBUSY);
    EXPECT_EQ(outer.error().code(), Code::internal);
}

}  // namespace
}  // namespace dnvme
