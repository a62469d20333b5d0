// SPDX-License-Identifier: Apache-2.0
#include "base/uuid.h"

#include <set>

#include <gtest/gtest.h>

namespace dnvme {
namespace {

TEST(Uuid, EveryNewOneIsAUuidAndAnother) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; i++) {
        const std::string uuid = make_uuid();
        EXPECT_TRUE(is_uuid(uuid)) << uuid;
        EXPECT_TRUE(seen.insert(uuid).second) << uuid;
    }
}

TEST(Uuid, OtherFormsAreNone) {
    EXPECT_TRUE(is_uuid("0b5bf8a4-6a2c-4a45-9d1e-8d3ae02a4c11"));
    EXPECT_FALSE(is_uuid(""));
    EXPECT_FALSE(is_uuid("0B5BF8A4-6A2C-4A45-9D1E-8D3AE02A4C11"));
    EXPECT_FALSE(is_uuid("0b5bf8a46a2c4a459d1e8d3ae02a4c11"));
    EXPECT_FALSE(is_uuid("0b5bf8a4-6a2c-4a45-9d1e-8d3ae02a4c1"));
    EXPECT_FALSE(is_uuid("0b5bf8a4-6a2c-4a45-9d1e-8d3ae02a4c111"));
    EXPECT_FALSE(is_uuid("0b5bf8a4-6a2c-4a45-9d1e-8d3ae02a4c1g"));
    EXPECT_FALSE(is_uuid("0b5bf8a4a6a2c-4a45-9d1e-8d3ae02a4c11"));
}

}  // namespace
}  // namespace dnvme
