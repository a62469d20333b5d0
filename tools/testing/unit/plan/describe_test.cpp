// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plan/action.h"
#include "sample.h"

namespace dnvme::plan {
namespace {

const std::string kUuid = sample_uuid("ab", 1);
const std::string kNqn = "nqn.2014-08.org.nvmexpress:uuid:" + sample_uuid("ee", 1);

DmDevice gate() {
    return {
        .uuid = "DNVME-gate-" + kUuid,
        .name = "dnvme-gate-" + kUuid,
        .table = {{0, 2097152, "dnvme", "1 8 1 {dm:DNVME-ld-" + kUuid + "} 0 2 drain_ms 3000"}}};
}

TEST(Describe, DeviceMapper) {
    const std::string device = "dnvme-gate-" + kUuid;
    EXPECT_EQ(describe(LoadModule{"dm_dnvme"}), "load module dm_dnvme");
    EXPECT_EQ(describe(CreateDm{gate()}), "create dm device " + device +
                                              ": 0 2097152 dnvme 1 8 1 {dm:DNVME-ld-" + kUuid +
                                              "} 0 2 drain_ms 3000");
    EXPECT_EQ(describe(ReloadDm{gate()}), "reload dm device " + device +
                                              ": 0 2097152 dnvme 1 8 1 {dm:DNVME-ld-" + kUuid +
                                              "} 0 2 drain_ms 3000");
    EXPECT_EQ(describe(ResumeDm{gate().uuid}), "resume dm device " + device);
    EXPECT_EQ(describe(RemoveDm{gate().uuid, device}), "remove dm device " + device);
    EXPECT_EQ(describe(WipeDm{gate().uuid, 0, 5 << 20}),
              "wipe dm device " + device + ": 5 MiB from byte 0");
    EXPECT_EQ(describe(ResyncDirty{"DNVME-rmeta-" + kUuid}),
              "have dirty regions of dm device dnvme-rmeta-" + kUuid + " resynced");
    EXPECT_EQ(describe(CreateThin{"DNVME-pool-" + kUuid, 0}),
              "create thin volume 0 in dm device dnvme-pool-" + kUuid);
}

TEST(Describe, TableOfSeveralLines) {
    DmDevice device = gate();
    device.table = {{0, 8, "linear", "{disk:a} 0"}, {8, 16, "linear", "{disk:b} 2048"}};
    EXPECT_EQ(describe(CreateDm{device}), "create dm device dnvme-gate-" + kUuid +
                                              ": 0 8 linear {disk:a} 0; 8 16 linear {disk:b} 2048");
}

TEST(Describe, Nvmet) {
    const NvmetNamespace ns{
        .device_uuid = "DNVME-front-" + kUuid, .uuid = kUuid, .nguid = kUuid, .enabled = true};
    EXPECT_EQ(describe(CreateNvmetHost{"nqn.h"}), "create nvmet host nqn.h");
    EXPECT_EQ(describe(RemoveNvmetHost{"nqn.h"}), "remove nvmet host nqn.h");
    EXPECT_EQ(describe(CreateSubsystem{kNqn, "abc"}),
              "create nvmet subsystem " + kNqn + " with serial number abc");
    EXPECT_EQ(describe(RemoveSubsystem{kNqn}), "remove nvmet subsystem " + kNqn);
    EXPECT_EQ(describe(CreateNamespace{kNqn, 1, ns}), "create namespace 1 of nvmet subsystem " +
                                                          kNqn + " on dm device dnvme-front-" +
                                                          kUuid + " with uuid " + kUuid);
    EXPECT_EQ(describe(RemoveNamespace{kNqn, 1}), "remove namespace 1 of nvmet subsystem " + kNqn);
    EXPECT_EQ(describe(AllowHost{kNqn, "nqn.h"}), "allow host nqn.h on nvmet subsystem " + kNqn);
    EXPECT_EQ(describe(DisallowHost{kNqn, "nqn.h"}),
              "disallow host nqn.h on nvmet subsystem " + kNqn);
    EXPECT_EQ(describe(LinkSubsystem{7, kNqn}), "link nvmet subsystem " + kNqn + " to port 7");
    EXPECT_EQ(describe(UnlinkSubsystem{7, kNqn}),
              "unlink nvmet subsystem " + kNqn + " from port 7");
}

TEST(Describe, Ports) {
    EXPECT_EQ(describe(CreatePort{{1, "192.0.2.1", 4420, {}}}),
              "create nvmet port 1 at 192.0.2.1:4420");
    EXPECT_EQ(describe(CreatePort{{2, "2001:db8::1", 4421, {}}}),
              "create nvmet port 2 at [2001:db8::1]:4421");
    EXPECT_EQ(describe(RemovePort{2}), "remove nvmet port 2");
}

TEST(Describe, Store) {
    EXPECT_EQ(describe(MarkFormatted{"v", "l"}), "record leg l of volume v as formatted");
    EXPECT_EQ(describe(ForgetVolume{kUuid, "v1"}), "forget volume v1");
    EXPECT_EQ(describe(ForgetHost{kUuid, "h1"}), "forget host h1");
}

}  // namespace
}  // namespace dnvme::plan
