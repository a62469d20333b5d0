// SPDX-License-Identifier: Apache-2.0
#include "model/names.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dnvme::model {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::string kUuid = "0b5bf8a4-6a2c-4a45-9d1e-8d3ae02a4c11";

constexpr DmKind kAllKinds[] = {DmKind::ld,   DmKind::gate,  DmKind::rmeta, DmKind::rdata,
                                DmKind::raid, DmKind::tmeta, DmKind::tdata, DmKind::pool,
                                DmKind::thin, DmKind::front};

TEST(DmNames, SayWhatTheDeviceIsFor) {
    EXPECT_EQ(dm_uuid(DmKind::ld, kUuid), "DNVME-ld-" + kUuid);
    EXPECT_EQ(dm_name(DmKind::front, kUuid), "dnvme-front-" + kUuid);
}

TEST(DmNames, LeadBackToKindAndUuid) {
    std::set<std::string> seen;
    for (const DmKind kind : kAllKinds) {
        const std::string uuid = dm_uuid(kind, kUuid);
        EXPECT_TRUE(seen.insert(uuid).second) << uuid;
        const auto identity = parse_dm_uuid(uuid);
        ASSERT_TRUE(identity) << uuid;
        EXPECT_EQ(identity->kind, kind);
        EXPECT_EQ(identity->uuid, kUuid);
        // The kernel's limit is 128 bytes with the final zero, for both.
        EXPECT_LT(uuid.size(), 128U);
    }
}

TEST(DmNames, OfOthersAreNotTaken) {
    for (const std::string& uuid :
         {std::string(), std::string("DNVME-"), std::string("DNVME-ld"), std::string("DNVME-ld-"),
          "LVM-" + kUuid, "DNVME-disk-" + kUuid, "dnvme-ld-" + kUuid, "DNVME-ld-" + kUuid + "x",
          "xDNVME-ld-" + kUuid, "DNVME--" + kUuid, "DNVME-ld-real-" + kUuid})
        EXPECT_FALSE(parse_dm_uuid(uuid)) << uuid;
}

TEST(Subsystem, IsNamedAfterTheVolume) {
    EXPECT_EQ(subsystem_nqn(kUuid), "nqn.2014-08.org.nvmexpress:uuid:" + kUuid);
    EXPECT_EQ(subsystem_serial(kUuid), "0b5bf8a46a2c4a459d1e");
    EXPECT_TRUE(check_nqn(subsystem_nqn(kUuid)));
}

TEST(PortIds, OfTwoVolumesOrPortalsNeverMeet) {
    std::set<std::uint16_t> seen;
    for (std::uint32_t portal = 0; portal < kMaxPortals; portal++) {
        for (std::uint32_t offset = 0; offset <= kMaxPortOffset; offset++)
            EXPECT_TRUE(seen.insert(nvmet_port_id(1, portal, offset)).second);
    }
    EXPECT_EQ(*seen.begin(), 1);
}

TEST(CheckName, TakesWhatIsPromised) {
    for (const std::string& name :
         {std::string("v"), std::string("0"), std::string("web-1.site_b"), std::string(63, 'a')})
        EXPECT_TRUE(check_name("volume", name)) << name;
}

TEST(CheckName, RefusesTheRestAndSaysWhatIsExpected) {
    for (const std::string& name :
         {std::string(), std::string("V1"), std::string("-v"), std::string(".v"), std::string("_v"),
          std::string("a/b"), std::string("a b"), std::string("a\n"), std::string("\xc3\xa4"),
          std::string(64, 'a')}) {
        const Status status = check_name("volume", name);
        ASSERT_FALSE(status) << name;
        EXPECT_EQ(status.error().code(), Code::invalid);
        EXPECT_THAT(status.error().message(),
                    AllOf(HasSubstr("'" + name + "'"), HasSubstr("volume"), HasSubstr("1 to 63")));
    }
}

TEST(CheckNqn, TakesBothForms) {
    for (const std::string& nqn :
         {"nqn.2014-08.org.nvmexpress:uuid:" + kUuid,
          std::string("nqn.2014-08.org.nvmexpress:uuid:4C4C4544-0051-3510-8052-B4C04F4D3332"),
          std::string("nqn.2014-08.com.example:nvme.host.sys.xyz"),
          std::string("nqn.2001-12.a:b:c"), "nqn.2014-08.com.example:" + std::string(199, 'x')})
        EXPECT_TRUE(check_nqn(nqn)) << nqn;
}

TEST(CheckNqn, RefusesTheRestAndSaysWhatIsExpected) {
    for (const std::string& nqn :
         {std::string(), std::string("nqn."), std::string("iqn.2014-08.com.example:a"),
          std::string("nqn.2014-8.com.example:a"), std::string("nqn.2014-13.com.example:a"),
          std::string("nqn.2014-00.com.example:a"), std::string("nqn.2014-08:a"),
          std::string("nqn.2014-08.:a"), std::string("nqn.2014-08.com.example"),
          std::string("nqn.2014-08.com.example:"), std::string("nqn.2014-08.com.example:a/b"),
          std::string("nqn.2014-08.com.example:a b"), std::string("nqn.2014-08.com.example:\n"),
          std::string("nqn.2014-08.org.nvmexpress.discovery"),
          std::string("nqn.2014-08.org.nvmexpress:uuid:1234"),
          "nqn.2014-08.com.example:" + std::string(200, 'x')}) {
        const Status status = check_nqn(nqn);
        ASSERT_FALSE(status) << nqn;
        EXPECT_EQ(status.error().code(), Code::invalid);
        EXPECT_THAT(status.error().message(),
                    AllOf(HasSubstr("'" + nqn + "'"), HasSubstr("/etc/nvme/hostnqn")));
    }
}

TEST(CheckPortal, TakesNumericAddresses) {
    EXPECT_TRUE(check_portal("192.0.2.1", 4420));
    EXPECT_TRUE(check_portal("2001:db8::1", 1));
    EXPECT_TRUE(check_portal("::", 65535));
}

TEST(CheckPortal, RefusesNamesAndPortsOutOfRange) {
    for (const std::string address : {"", "localhost", "node1.example.org", "192.0.2",
                                      "192.0.2.256", "[::1]", "192.0.2.1:4420", " 192.0.2.1"}) {
        const Status status = check_portal(address, 4420);
        ASSERT_FALSE(status) << address;
        EXPECT_THAT(status.error().message(),
                    AllOf(HasSubstr("'" + address + "'"), HasSubstr("not a host name")));
    }
    for (const std::uint32_t port : {0U, 65536U, 4294967295U}) {
        const Status status = check_portal("192.0.2.1", port);
        ASSERT_FALSE(status) << port;
        EXPECT_THAT(status.error().message(), HasSubstr("1 to 65535"));
    }
}

}  // namespace
}  // namespace dnvme::model
