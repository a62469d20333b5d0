// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/words.h"

#include <gmock/gmock.h>

namespace dnvme::ctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::string error_of(const auto& result) {
    return result ? "no error" : result.error().message();
}

TEST(Words, EnumsAreLowerCaseWithoutPrefix) {
    EXPECT_EQ(word(v1::HEALTH_OK), "ok");
    EXPECT_EQ(word(v1::HEALTH_DEGRADED), "degraded");
    EXPECT_EQ(word(v1::HEALTH_DOWN), "down");
    EXPECT_EQ(word(v1::HEALTH_UNSPECIFIED), "unknown");
    EXPECT_EQ(word(v1::LogicalDisk::IN_SYNC), "in-sync");
    EXPECT_EQ(word(v1::LogicalDisk::REBUILDING), "rebuilding");
}

TEST(Words, NumberOfANewerDaemonIsUnknown) {
    EXPECT_EQ(word(static_cast<v1::Health>(99)), "unknown");
}

TEST(Words, RedundancyIsReadBack) {
    for (const char* text : {"none", "raid1", "raid1:3", "raid5:3", "raid6:16", "raid10:4"}) {
        const auto wish = parse_redundancy(text);
        ASSERT_TRUE(wish) << text;
        v1::Volume volume;
        volume.set_redundancy(wish->kind);
        volume.set_members(wish->members);
        EXPECT_EQ(redundancy_word(volume), text);
    }
    for (const char* bad : {"", "RAID1", "unknown", "raid7", "none ", ":3"}) {
        EXPECT_THAT(error_of(parse_redundancy(bad)),
                    HasSubstr("choose from none, raid1, raid5, raid6, raid10"))
            << bad;
    }
    for (const char* bad : {"raid5:", "raid5:0", "raid5:x", "raid5:3:3", "raid5:-3"}) {
        EXPECT_THAT(error_of(parse_redundancy(bad)), HasSubstr("give it as in raid5:4")) << bad;
    }
}

struct PortalCase {
    const char* text;
    const char* address;
    std::uint32_t port;
};

TEST(Words, PortalsInEveryForm) {
    for (const auto& [text, address, port] : {PortalCase{"192.0.2.1", "192.0.2.1", 4420},
                                              {"192.0.2.1:1", "192.0.2.1", 1},
                                              {"192.0.2.1:65535", "192.0.2.1", 65535},
                                              {"2001:db8::1", "2001:db8::1", 4420},
                                              {"[2001:db8::1]", "2001:db8::1", 4420},
                                              {"[2001:db8::1]:4421", "2001:db8::1", 4421}}) {
        const auto portal = parse_portal(text);
        ASSERT_TRUE(portal) << text << ": " << portal.error().message();
        EXPECT_EQ(portal->address(), address) << text;
        EXPECT_EQ(portal->port(), port) << text;
    }
}

TEST(Words, BadPortalsSayWhatIsExpected) {
    for (const char* bad :
         {"", ":4420", "[]", "[]:1", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:x",
          "192.0.2.1: 1", "[::1]4420", "[::1]:"}) {
        EXPECT_THAT(error_of(parse_portal(bad)), HasSubstr("give ADDR, ADDR:PORT or [IPV6]:PORT"))
            << bad;
    }
}

TEST(Words, PortalsAreWrittenAsTheyAreRead) {
    for (const char* text : {"192.0.2.1:4420", "[2001:db8::1]:4421"}) {
        EXPECT_EQ(to_string(*parse_portal(text)), text);
    }
}

TEST(Words, LabelsSplitAtTheFirstEqualsSign) {
    EXPECT_THAT(*parse_labels({"site=a", "note=x=y", "empty="}),
                ElementsAre(Pair("empty", ""), Pair("note", "x=y"), Pair("site", "a")));
    EXPECT_THAT(error_of(parse_labels({"site"})), HasSubstr("give KEY=VALUE"));
    EXPECT_THAT(error_of(parse_labels({"=a"})), HasSubstr("give KEY=VALUE"));
    EXPECT_THAT(error_of(parse_labels({"site=a", "site=b"})), HasSubstr("'site' is given twice"));
}

TEST(Words, ConnectCommandIsWhatNvmeCliTakes) {
    EXPECT_EQ(connect_command(*parse_portal("[2001:db8::1]:4421"), "nqn.s", "nqn.h"),
              "nvme connect -t tcp -a 2001:db8::1 -s 4421 -n nqn.s -q nqn.h");
}

}  // namespace
}  // namespace dnvme::ctl
