// SPDX-License-Identifier: Apache-2.0
#include "sys/nvmet_configfs.h"

#include <cerrno>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_nvmet.h"
#include "model/names.h"

namespace dnvme::sys {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kUuid = "11111111-2222-3333-4444-555555555555";
const std::string kNqn = model::subsystem_nqn(kUuid);
const std::string kHost = "nqn.2014-08.org.example:host1";
const std::string kForeign = "nqn.2014-08.org.example:foreign";

plan::NvmetNamespace front_namespace() {
    return {.device_uuid = model::dm_uuid(model::DmKind::front, kUuid),
            .uuid = kUuid,
            .nguid = kUuid,
            .enabled = true};
}

class NvmetTest : public ::testing::Test {
  protected:
    static void ok(const Status& done) { EXPECT_TRUE(done) << done.error().message(); }
    NvmetState state() {
        auto state = nvmet.probe();
        EXPECT_TRUE(state);
        return *state;
    }
    void export_volume() {
        ok(nvmet.create_host(kHost));
        ok(nvmet.create_subsystem(kNqn, "0123456789abcdef0123"));
        ok(nvmet.create_namespace(kNqn, 1, front_namespace()));
        ok(nvmet.allow_host(kNqn, kHost));
        ok(nvmet.create_port({.id = 3, .address = "fd00::1", .service = 4423, .subsystems = {}}));
        ok(nvmet.link(3, kNqn));
    }
    void make_foreign(const std::string& host) {
        ok(fake.make_dir(fake.root() / "subsystems" / kForeign));
        ok(fake.link(fake.root() / "hosts" / host,
                     fake.root() / "subsystems" / kForeign / "allowed_hosts" / host));
    }

    FakeNvmet fake;
    NvmetConfigfs nvmet{fake, fake.root()};
};

TEST_F(NvmetTest, ExportIsReadBackAsItWasMade) {
    export_volume();
    const NvmetState made = state();
    const plan::NvmetSubsystem expected{.nqn = kNqn,
                                        .serial = "0123456789abcdef0123",
                                        .namespaces = {{1, front_namespace()}},
                                        .allowed_hosts = {kHost}};
    ASSERT_EQ(made.subsystems.size(), 1U);
    EXPECT_EQ(made.subsystems.at(kNqn), expected);
    ASSERT_EQ(made.ports.size(), 1U);
    EXPECT_EQ(made.ports.at(3), (plan::NvmetPort{3, "fd00::1", 4423, {kNqn}}));
    EXPECT_THAT(made.hosts, ElementsAre(kHost));
}

/// The kernel does not tell it: a daemon that starts announces every size again.
TEST_F(NvmetTest, RemembersWhichSizeWasAnnounced) {
    const auto size = [](NvmetConfigfs& of) {
        return of.probe()->subsystems.at(kNqn).namespaces.at(1).size_bytes;
    };
    export_volume();
    EXPECT_EQ(size(nvmet), 0U);
    ok(nvmet.announce_size({.nqn = kNqn, .nsid = 1, .size_bytes = 1 << 30}));
    EXPECT_EQ(size(nvmet), 1U << 30);
    const Path asked = fake.root() / "subsystems" / kNqn / "namespaces/1/revalidate_size";
    EXPECT_EQ(ConfigFs::read(asked).value(), "1");
    NvmetConfigfs after_restart(fake, fake.root());
    EXPECT_EQ(size(after_restart), 0U);
}

TEST_F(NvmetTest, PortOfAStandbyIsInaccessibleFromTheStart) {
    ok(nvmet.create_port({.id = 3,
                          .address = "192.0.2.1",
                          .service = 4423,
                          .subsystems = {},
                          .inaccessible = true}));
    EXPECT_TRUE(state().ports.at(3).inaccessible);
    EXPECT_EQ(fake.calls.back(), "write ports/3/ana_groups/1/ana_state=inaccessible");
    ok(nvmet.set_access(3, false));
    EXPECT_FALSE(state().ports.at(3).inaccessible);
    ok(nvmet.remove_port(3));
}

TEST_F(NvmetTest, ConnectionsAreNumberedAsAsked) {
    ok(nvmet.create_subsystem(kNqn, "s", {.first = 13001, .last = 26000}));
    EXPECT_EQ(state().subsystems.at(kNqn).ids,
              (model::ControllerIds{.first = 13001, .last = 26000}));
}

TEST_F(NvmetTest, IdentityIsWrittenBeforeNamespaceIsEnabled) {
    ok(nvmet.create_subsystem(kNqn, "s"));
    fake.calls.clear();
    ok(nvmet.create_namespace(kNqn, 1, front_namespace()));
    const std::string dir = "subsystems/" + kNqn + "/namespaces/1";
    EXPECT_THAT(
        fake.calls,
        ElementsAre("mkdir " + dir,
                    "write " + dir + "/device_path=/dev/mapper/dnvme-front-" + kUuid,
                    "write " + dir + "/device_uuid=" + kUuid,
                    "write " + dir + "/device_nguid=" + kUuid, "write " + dir + "/enable=1"));
}

TEST_F(NvmetTest, SubsystemIsMarkedFirstAndOpenToNobody) {
    ok(nvmet.create_subsystem(kNqn, "serial"));
    const std::string dir = "subsystems/" + kNqn;
    EXPECT_THAT(fake.calls, ElementsAre("mkdir " + dir, "write " + dir + "/attr_model=dnvme",
                                        "write " + dir + "/attr_serial=serial",
                                        "write " + dir + "/attr_allow_any_host=0"));
}

TEST_F(NvmetTest, PortOfEachFamily) {
    ok(nvmet.create_port({.id = 1, .address = "10.0.0.1", .service = 4420, .subsystems = {}}));
    EXPECT_THAT(fake.calls, Contains("write ports/1/addr_adrfam=ipv4"));
    ok(nvmet.create_port({.id = 2, .address = "::1", .service = 4421, .subsystems = {}}));
    EXPECT_THAT(fake.calls, Contains("write ports/2/addr_adrfam=ipv6"));
    EXPECT_THAT(fake.calls, Contains("write ports/2/addr_trtype=tcp"));
}

TEST_F(NvmetTest, AllOfItCanBeTakenDownAgain) {
    export_volume();
    ok(nvmet.unlink(3, kNqn));
    ok(nvmet.remove_port(3));
    ok(nvmet.disallow_host(kNqn, kHost));
    ok(nvmet.remove_namespace(kNqn, 1));
    ok(nvmet.remove_subsystem(kNqn));
    ok(nvmet.remove_host(kHost));
    for (const char* dir : {"hosts", "subsystems", "ports"})
        EXPECT_TRUE(fs::is_empty(fake.root() / dir)) << dir;
}

TEST_F(NvmetTest, NamespaceIsDisabledBeforeItIsRemoved) {
    export_volume();
    fake.calls.clear();
    ok(nvmet.remove_namespace(kNqn, 1));
    const std::string dir = "subsystems/" + kNqn + "/namespaces/1";
    EXPECT_THAT(fake.calls, ElementsAre("write " + dir + "/enable=0", "rmdir " + dir));
}

TEST_F(NvmetTest, FailureHalfWayLeavesNothing) {
    ok(nvmet.create_subsystem(kNqn, "s"));
    fake.fail_on("enable=1", EBUSY);
    const Status refused = nvmet.create_namespace(kNqn, 1, front_namespace());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().sys_errno(), EBUSY);
    EXPECT_TRUE(state().subsystems.at(kNqn).namespaces.empty());
    ok(nvmet.remove_subsystem(kNqn));

    fake.fail_on("attr_serial", EINVAL);
    EXPECT_FALSE(nvmet.create_subsystem(kNqn, "s"));
    EXPECT_TRUE(fs::is_empty(fake.root() / "subsystems"));

    fake.fail_on("addr_trsvcid", EINVAL);
    EXPECT_FALSE(nvmet.create_port({.id = 1, .address = "::", .service = 1, .subsystems = {}}));
    EXPECT_TRUE(fs::is_empty(fake.root() / "ports"));
}

TEST_F(NvmetTest, WhatACrashLeftBareIsTakenOver) {
    ok(fake.make_dir(fake.root() / "ports/1"));
    EXPECT_THAT(state().ports, IsEmpty());
    ok(nvmet.create_port({.id = 1, .address = "10.0.0.1", .service = 4420, .subsystems = {}}));
    EXPECT_EQ(state().ports.at(1).service, 4420);
    ok(fake.make_dir(fake.root() / "subsystems" / kNqn));
    EXPECT_THAT(state().subsystems, IsEmpty());
    ok(nvmet.create_subsystem(kNqn, "s"));
    EXPECT_EQ(state().subsystems.size(), 1U);
}

TEST_F(NvmetTest, PortWithoutSubsystemIsStillOurs) {
    ok(nvmet.create_port({.id = 7, .address = "10.0.0.1", .service = 4420, .subsystems = {}}));
    EXPECT_EQ(state().ports.at(7), (plan::NvmetPort{7, "10.0.0.1", 4420, {}}));
}

TEST_F(NvmetTest, ForeignThingsAreNotSeenOrTaken) {
    ok(fake.make_dir(fake.root() / "hosts" / kHost));
    make_foreign(kHost);
    ok(fake.make_dir(fake.root() / "ports/1"));
    ok(fake.link(fake.root() / "subsystems" / kForeign,
                 fake.root() / "ports/1/subsystems" / kForeign));
    const NvmetState seen = state();
    EXPECT_THAT(seen.subsystems, IsEmpty());
    EXPECT_THAT(seen.ports, IsEmpty());

    const Status port =
        nvmet.create_port({.id = 1, .address = "::", .service = 1, .subsystems = {}});
    ASSERT_FALSE(port);
    EXPECT_EQ(port.error().code(), Code::exists);
    EXPECT_THAT(port.error().message(), HasSubstr("ports/1"));
    EXPECT_TRUE(fs::exists(fake.root() / "ports/1/subsystems" / kForeign));
}

TEST_F(NvmetTest, OurLinkInAForeignPortCanBeCutButThePortStays) {
    ok(nvmet.create_subsystem(kNqn, "s"));
    ok(fake.make_dir(fake.root() / "ports/9"));
    ok(nvmet.link(9, kNqn));
    EXPECT_THAT(state().ports.at(9).subsystems, ElementsAre(kNqn));
    ok(nvmet.unlink(9, kNqn));
    ok(nvmet.remove_port(9));
    EXPECT_TRUE(fs::exists(fake.root() / "ports/9"));
}

TEST_F(NvmetTest, PortThatStillListensKeepsItsMark) {
    export_volume();
    const Status removed = nvmet.remove_port(3);
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error().sys_errno(), ENOTEMPTY);
    ok(nvmet.unlink(3, kNqn));
    EXPECT_TRUE(state().ports.contains(3));
}

TEST_F(NvmetTest, HostThatAForeignSubsystemAllowsStays) {
    ok(nvmet.create_host(kHost));
    make_foreign(kHost);
    ok(nvmet.remove_host(kHost));
    EXPECT_THAT(state().hosts, ElementsAre(kHost));
}

TEST_F(NvmetTest, HostThatWeAllowIsNotRemoved) {
    export_volume();
    const Status removed = nvmet.remove_host(kHost);
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error().code(), Code::precondition);
}

TEST_F(NvmetTest, NamespaceOfAnotherDeviceIsShownWithoutUuid) {
    export_volume();
    std::ofstream(fake.root() / "subsystems" / kNqn / "namespaces/1/device_path") << "/dev/sda\n";
    EXPECT_EQ(state().subsystems.at(kNqn).namespaces.at(1).device_uuid, "");
}

TEST_F(NvmetTest, WithoutTheModuleThereIsNothingAndNothingIsMade) {
    NvmetConfigfs missing{fake, fake.root() / "none"};
    const auto seen = missing.probe();
    ASSERT_TRUE(seen);
    EXPECT_THAT(seen->subsystems, IsEmpty());
    const Status created = missing.create_subsystem(kNqn, "s");
    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().code(), Code::unavailable);
    EXPECT_THAT(created.error().message(), HasSubstr("nvmet"));
}

}  // namespace
}  // namespace dnvme::sys
