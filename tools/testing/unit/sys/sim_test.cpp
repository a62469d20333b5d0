// SPDX-License-Identifier: Apache-2.0
#include "sys/sim.h"

#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dnvme::sys {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kTiBSectors = (1ULL << 40) / 512;
const std::string kNqn = "nqn.2014-08.org.nvmexpress:uuid:11111111-2222-3333-4444-555555555555";
const std::string kHost = "nqn.2014-08.org.example:host1";

plan::DmDevice device(const std::string& uuid, const std::string& type, const std::string& params,
                      std::uint64_t sectors = 2048) {
    return {.uuid = uuid, .name = "dnvme-" + uuid, .table = {{0, sectors, type, params}}};
}

class SimTest : public ::testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(sim.disks().write_label("/dev/sim0", "disk0", "cluster"));
        ASSERT_TRUE(sim.disks().write_label("/dev/sim1", "disk1", "cluster"));
    }
    void expect_ok(const plan::Action& action) {
        const Status done = sim.run(action);
        EXPECT_TRUE(done) << done.error().message();
    }
    void expect_refused(const plan::Action& action, int sys_errno) {
        const plan::KernelState before = sim.state();
        const Status done = sim.run(action);
        ASSERT_FALSE(done) << plan::describe(action);
        EXPECT_EQ(done.error().sys_errno(), sys_errno) << done.error().message();
        EXPECT_EQ(sim.state(), before) << "a refused action changed something";
    }
    void make_slice() { expect_ok(plan::CreateDm{device("ld", "linear", "{disk:disk0} 2048")}); }
    void make_front() {
        make_slice();
        expect_ok(plan::CreateDm{device("front", "dnvme", "1 128 1 {dm:ld} 0 0")});
    }
    void make_subsystem() {
        expect_ok(plan::LoadModule{"nvmet-tcp"});
        expect_ok(plan::CreateSubsystem{kNqn, "0123456789abcdef0123"});
    }
    plan::CreateNamespace create_namespace() {
        return {kNqn, 1, {.device_uuid = "front", .uuid = "u", .nguid = "n", .enabled = true}};
    }

    Simulator sim;
};

TEST_F(SimTest, HasTheDisksThatItPromises) {
    for (int number = 0; number < 8; ++number) {
        const auto disk = sim.disks().inspect("/dev/sim" + std::to_string(number));
        ASSERT_TRUE(disk);
        EXPECT_EQ(disk->size_bytes, 1ULL << 40);
    }
    EXPECT_EQ(sim.disks().inspect("/dev/sim8")->size_bytes, 32ULL << 40);
    EXPECT_EQ(sim.disks().inspect("/dev/simused")->in_use, "mounted on /srv");
    EXPECT_EQ(sim.disks().inspect("/dev/simext4")->signature, "ext4");
    EXPECT_EQ(sim.disks().inspect("/dev/sim9").error().code(), Code::not_found);
}

TEST_F(SimTest, LabelsStayOverARebootAndOnlyTheRightOneIsCleared) {
    sim.reboot();
    ASSERT_EQ(sim.disks().labelled()->size(), 2U);
    EXPECT_EQ(sim.disks().clear_label("/dev/sim0", "disk1").error().code(), Code::precondition);
    EXPECT_TRUE(sim.disks().clear_label("/dev/sim0", "disk0"));
    ASSERT_EQ(sim.disks().labelled()->size(), 1U);
    EXPECT_EQ(sim.disks().labelled()->front().label_uuid, "disk1");
    EXPECT_EQ(sim.disks().labelled()->front().label_cluster, "cluster");
}

TEST_F(SimTest, UsedDiskIsNotLabelled) {
    EXPECT_EQ(sim.disks().write_label("/dev/simused", "d", "c").error().code(), Code::precondition);
    make_slice();
    EXPECT_EQ(sim.disks().inspect("/dev/sim0")->in_use, "held by dnvme-ld");
    EXPECT_EQ(sim.disks().clear_label("/dev/sim0", "disk0").error().code(), Code::precondition);
}

TEST_F(SimTest, UnpluggedDiskIsGoneAndComesBack) {
    sim.unplug("/dev/sim0");
    EXPECT_FALSE(sim.disks().inspect("/dev/sim0"));
    EXPECT_EQ(sim.disks().labelled()->size(), 1U);
    expect_refused(plan::CreateDm{device("ld", "linear", "{disk:disk0} 2048")}, ENXIO);
    sim.plug("/dev/sim0");
    make_slice();
}

TEST_F(SimTest, DeviceOverAMissingOneIsRefused) {
    expect_refused(plan::CreateDm{device("gate", "dnvme", "1 8 1 {dm:ld} 0 0")}, ENXIO);
}

TEST_F(SimTest, SliceBeyondTheEndOfItsDiskIsRefused) {
    expect_refused(plan::CreateDm{device("ld", "linear", "{disk:disk0} 1", kTiBSectors)}, EINVAL);
    expect_refused(plan::CreateDm{device("ld", "linear", "{disk:disk0} 9000000000000")}, EINVAL);
    expect_ok(plan::CreateDm{device("ld", "linear", "{disk:disk0} 0", kTiBSectors)});
}

TEST_F(SimTest, SecondDeviceOfThatNameIsRefused) {
    make_slice();
    expect_refused(plan::CreateDm{device("ld", "linear", "{disk:disk1} 2048")}, EEXIST);
}

TEST_F(SimTest, HeldDeviceIsNotRemovedOrWiped) {
    make_front();
    EXPECT_EQ(sim.state().dm.at("ld").opens, 1);
    expect_refused(plan::RemoveDm{"ld", "dnvme-ld"}, EBUSY);
    expect_refused(plan::WipeDm{"ld", 0, 4096}, EBUSY);
    expect_ok(plan::RemoveDm{"front", "dnvme-front"});
    expect_ok(plan::WipeDm{"ld", 0, 4096});
    expect_ok(plan::RemoveDm{"ld", "dnvme-ld"});
    expect_refused(plan::RemoveDm{"ld", "dnvme-ld"}, ENXIO);
}

TEST_F(SimTest, DeviceOpenedByOthersIsNotRemoved) {
    make_slice();
    sim.open_device("ld");
    expect_refused(plan::RemoveDm{"ld", "dnvme-ld"}, EBUSY);
    sim.open_device("ld", -1);
    expect_ok(plan::RemoveDm{"ld", "dnvme-ld"});
}

TEST_F(SimTest, ThinVolumesStandInThePoolsMetadata) {
    make_slice();
    expect_ok(plan::CreateDm{device("tdata", "linear", "{disk:disk1} 2048")});
    const auto pool = device("pool", "thin-pool", "{dm:ld} {dm:tdata} 128 0 0");
    const auto thin = device("thin", "thin", "{dm:pool} 0");
    expect_ok(plan::CreateDm{pool});
    expect_refused(plan::CreateDm{thin}, ENODATA);
    expect_refused(plan::CreateThin{"ld", 0}, ENXIO);
    expect_ok(plan::CreateThin{"pool", 0});
    expect_ok(plan::CreateThin{"pool", 0});
    expect_ok(plan::CreateDm{thin});

    sim.reboot();
    make_slice();
    expect_ok(plan::CreateDm{device("tdata", "linear", "{disk:disk1} 2048")});
    expect_ok(plan::CreateDm{pool});
    expect_ok(plan::CreateDm{thin});
    expect_ok(plan::RemoveDm{"thin", "dnvme-thin"});
    expect_ok(plan::RemoveDm{"pool", "dnvme-pool"});
    expect_ok(plan::WipeDm{"ld", 0, 4096});
    expect_ok(plan::CreateDm{pool});
    expect_refused(plan::CreateDm{thin}, ENODATA);
}

TEST_F(SimTest, NvmetNeedsItsModule) {
    expect_refused(plan::CreateNvmetHost{kHost}, ENOENT);
    expect_refused(plan::CreateSubsystem{kNqn, "s"}, ENOENT);
    expect_refused(
        plan::CreatePort{{.id = 1, .address = "10.0.0.1", .service = 4420, .subsystems = {}}},
        ENOENT);
}

TEST_F(SimTest, NamespaceOpensItsDevice) {
    make_subsystem();
    expect_refused(create_namespace(), ENOENT);
    make_front();
    expect_ok(create_namespace());
    expect_refused(create_namespace(), EEXIST);
    expect_refused(plan::RemoveDm{"front", "dnvme-front"}, EBUSY);
    expect_refused(plan::RemoveSubsystem{kNqn}, ENOTEMPTY);
    expect_ok(plan::RemoveNamespace{kNqn, 1});
    expect_ok(plan::RemoveDm{"front", "dnvme-front"});
    expect_ok(plan::RemoveSubsystem{kNqn});
}

TEST_F(SimTest, LinksHoldWhatTheyLink) {
    make_subsystem();
    expect_refused(plan::AllowHost{kNqn, kHost}, ENOENT);
    expect_ok(plan::CreateNvmetHost{kHost});
    expect_ok(plan::AllowHost{kNqn, kHost});
    expect_refused(plan::RemoveNvmetHost{kHost}, EBUSY);
    expect_refused(plan::LinkSubsystem{1, kNqn}, ENOENT);
    expect_ok(
        plan::CreatePort{{.id = 1, .address = "10.0.0.1", .service = 4420, .subsystems = {}}});
    expect_ok(plan::LinkSubsystem{1, kNqn});
    expect_refused(plan::RemovePort{1}, ENOTEMPTY);
    expect_ok(plan::DisallowHost{kNqn, kHost});
    expect_refused(plan::RemoveSubsystem{kNqn}, EBUSY);
    expect_ok(plan::UnlinkSubsystem{1, kNqn});
    expect_ok(plan::RemoveSubsystem{kNqn});
    expect_ok(plan::RemovePort{1});
    expect_ok(plan::RemoveNvmetHost{kHost});
}

TEST_F(SimTest, TwoPortsDoNotListenOnOneAddress) {
    make_subsystem();
    expect_ok(
        plan::CreatePort{{.id = 1, .address = "10.0.0.1", .service = 4420, .subsystems = {}}});
    expect_ok(
        plan::CreatePort{{.id = 2, .address = "10.0.0.1", .service = 4420, .subsystems = {}}});
    expect_ok(plan::LinkSubsystem{1, kNqn});
    expect_refused(plan::LinkSubsystem{2, kNqn}, EADDRINUSE);
}

TEST_F(SimTest, StoreActionsAreRefused) {
    EXPECT_EQ(sim.run(plan::MarkFormatted{"v", "l"}).error().code(), Code::internal);
    EXPECT_EQ(sim.run(plan::ForgetVolume{"v", "n"}).error().code(), Code::internal);
}

TEST_F(SimTest, InjectedFaultsHitTheRightActionAndDoNothing) {
    sim.fail_action(2, EIO);
    make_slice();
    const plan::CreateDm front{device("front", "dnvme", "1 128 1 {dm:ld} 0 0")};
    expect_refused(front, EIO);
    expect_ok(front);

    sim.fail_matching("dnvme-front", ENOMEM);
    expect_refused(plan::RemoveDm{"front", "dnvme-front"}, ENOMEM);
    expect_refused(plan::RemoveDm{"front", "dnvme-front"}, ENOMEM);
    sim.fail_matching("", 0);
    expect_ok(plan::RemoveDm{"front", "dnvme-front"});
    EXPECT_THAT(sim.history().back(), HasSubstr("dnvme-front"));
}

TEST_F(SimTest, ArrayTellsOfItsFailedMember) {
    make_slice();
    expect_ok(plan::CreateDm{device("rmeta1", "linear", "{disk:disk1} 2048")});
    expect_ok(plan::CreateDm{
        device("raid", "raid", "raid1 1 0 2 {dm:ld} {disk:disk0} {dm:rmeta1} {disk:disk1}")});
    EXPECT_EQ(sim.state().dm.at("raid").raid->letters, "AA");
    sim.fail_member("raid", 1);
    EXPECT_EQ(sim.state().dm.at("raid").raid->letters, "AD");
}

TEST_F(SimTest, RebootLeavesOnlyWhatIsOnDisks) {
    make_front();
    make_subsystem();
    sim.reboot();
    EXPECT_EQ(sim.state(), plan::KernelState{});
    EXPECT_EQ(sim.disks().inspect("/dev/sim0")->in_use, "");
}

TEST_F(SimTest, FencesKeepTheRulesOfGates) {
    using std::chrono::milliseconds;
    make_front();
    const auto first = sim.fence_all({"front", "ld", "none"}, 2, milliseconds(0));
    ASSERT_EQ(first.size(), 3U);
    EXPECT_EQ(*first[0], (FenceReceipt{2, true, 0, 0, 0}));
    EXPECT_EQ(first[1].error().sys_errno(), EINVAL) << "a slice is no gate";
    EXPECT_EQ(first[2].error().sys_errno(), ENXIO);
    EXPECT_EQ(sim.fence_all({"front"}, 2, milliseconds(0))[0].error().sys_errno(), ESTALE);

    sim.leave_in_flight("front", 3);
    const auto stuck = sim.fence_all({"front"}, 3, milliseconds(0));
    EXPECT_FALSE(stuck[0]->drained);
    EXPECT_EQ(stuck[0]->in_flight, 3U);
    EXPECT_EQ(sim.history().back(), "fence front under epoch 3");

    expect_ok(plan::ReloadDm{device("front", "dnvme", "1 128 1 {dm:ld} 0 0")});
    EXPECT_TRUE(sim.fence_all({"front"}, 2, milliseconds(0))[0]->drained) << "another table";
}

TEST_F(SimTest, HeadKeepsWhatItsPathsAreMadeWith) {
    expect_ok(plan::LoadModule{"nvme_mpath_ext"});
    expect_ok(plan::CreateHead{"h", {}});
    expect_ok(plan::SetHead{"h", "opcode", "0xc1"});
    expect_ok(plan::CreatePath{"h", "a", ""});
    expect_ok(plan::EnablePath{"h", "a", "/dev/simns0"});
    expect_refused(plan::SetHead{"h", "opcode", "0xc2"}, EBUSY);
    expect_ok(plan::SetHead{"h", "policy", "round-robin"});
    expect_ok(plan::EnableHead{"h"});
    expect_refused(plan::SetHead{"h", "policy", "active-standby"}, EBUSY);
    expect_ok(plan::SetHead{"h", "max_tries", "5"});
    expect_ok(plan::DisablePath{"h", "a"});
    expect_ok(plan::SetHead{"h", "opcode", "0xc2"});
}

TEST_F(SimTest, FenceFailsWhereATestSaysSo) {
    make_front();
    sim.fail_matching("fence front", EIO);
    const auto results = sim.fence_all({"front"}, 2, std::chrono::milliseconds(0));
    EXPECT_EQ(results[0].error().sys_errno(), EIO);
    sim.fail_matching("", 0);
    EXPECT_TRUE(sim.fence_all({"front"}, 2, std::chrono::milliseconds(0))[0]->drained);
}

TEST_F(SimTest, NothingIsLargerThanWhatItStandsOn) {
    make_front();
    expect_refused(plan::ReloadDm{device("front", "dnvme", "1 128 1 {dm:ld} 0 0", 4096)}, EINVAL);
    expect_ok(plan::ReloadDm{device("ld", "linear", "{disk:disk0} 2048", 4096)});
    expect_ok(plan::ReloadDm{device("front", "dnvme", "1 128 1 {dm:ld} 0 0", 4096)});
    expect_ok(plan::CreateDm{device("ld2", "linear", "{disk:disk1} 2048", 4096)});
    expect_refused(plan::CreateDm{device("raid", "raid",
                                         "raid1 3 0 region_size 8192 2 {dm:ld} {dm:ld} {dm:ld2} "
                                         "{dm:ld2}",
                                         4097)},
                   EINVAL);
    expect_refused(plan::CreateDm{device("pool", "thin-pool", "{dm:ld} {dm:ld2} 128 0 0", 8192)},
                   EINVAL);
}

TEST_F(SimTest, SizesAreAnnouncedOfWhatIsExported) {
    make_front();
    make_subsystem();
    const plan::AnnounceSize announce{.nqn = kNqn, .nsid = 1, .size_bytes = 1 << 20};
    expect_refused(announce, ENOENT);
    expect_ok(create_namespace());
    expect_ok(announce);
    EXPECT_EQ(sim.state().subsystems.at(kNqn).namespaces.at(1).size_bytes, 1U << 20);
}

}  // namespace
}  // namespace dnvme::sys
