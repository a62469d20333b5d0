// SPDX-License-Identifier: Apache-2.0
//
// The doors on a real kernel. Runs as root in a guest with four disks and nowhere else:
//
//     tools/testing/vm/dnvme-vm run --kernel 6.12 --disks 4 -- build/user/bin/dnvme_sys_vm_test
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <iostream>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/uuid.h"
#include "model/layout.h"
#include "model/names.h"
#include "model/redundancy.h"
#include "sys/dm_client.h"
#include "sys/dm_text.h"
#include "sys/modules.h"
#include "sys/text_file.h"
#include "vm_node.h"

namespace dnvme::sys {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::size_t kPatternBytes = 1 << 20;

void expect_nothing_left(const plan::KernelState& state) {
    EXPECT_THAT(state.dm, IsEmpty());
    EXPECT_THAT(state.subsystems, IsEmpty());
    EXPECT_THAT(state.ports, IsEmpty());
    EXPECT_THAT(state.hosts, IsEmpty());
}

void write_pattern(const std::string& path, char letter) {
    const Fd device(::open(path.c_str(), O_RDWR | O_SYNC));
    const std::string pattern(kPatternBytes, letter);
    ASSERT_EQ(::pwrite(device.get(), pattern.data(), pattern.size(), kPatternBytes),
              static_cast<ssize_t>(pattern.size()));
}

std::string read_pattern(const std::string& path) {
    const Fd device(::open(path.c_str(), O_RDONLY));
    std::string pattern(kPatternBytes, '\0');
    EXPECT_EQ(::pread(device.get(), pattern.data(), pattern.size(), kPatternBytes),
              static_cast<ssize_t>(pattern.size()));
    return pattern;
}

struct Shape {
    std::uint32_t legs;
    v1::Redundancy redundancy;
};

class VolumeOnKernel : public ::testing::TestWithParam<Shape> {
  protected:
    void TearDown() override {
        node.delete_all();
        node.reconcile();
        expect_nothing_left(node.actual());
    }
    v1::Volume& make() {
        v1::Volume& volume = node.add_volume(GetParam().legs, GetParam().redundancy);
        EXPECT_GT(node.reconcile(), 0U);
        return volume;
    }

    VmNode node;
};

INSTANTIATE_TEST_SUITE_P(
    Shapes, VolumeOnKernel,
    ::testing::Values(Shape{1, v1::REDUNDANCY_NONE}, Shape{3, v1::REDUNDANCY_NONE},
                      Shape{2, v1::REDUNDANCY_RAID1}, Shape{1, v1::REDUNDANCY_RAID5},
                      Shape{1, v1::REDUNDANCY_RAID6}, Shape{1, v1::REDUNDANCY_RAID10}),
    [](const auto& shape) {
        return fmt::format("{}legs_{}", shape.param.legs,
                           v1::Redundancy_Name(shape.param.redundancy));
    });

TEST_P(VolumeOnKernel, IsReadBackAsItWasAskedFor) {
    make();
    const plan::KernelState actual = node.actual();
    const plan::KernelState desired = node.desired();
    for (const auto& [uuid, device] : desired.dm) {
        ASSERT_TRUE(actual.dm.contains(uuid)) << uuid;
        EXPECT_EQ(actual.dm.at(uuid).name, device.name);
        ASSERT_EQ(actual.dm.at(uuid).table.size(), 1U);
        EXPECT_EQ(actual.dm.at(uuid).table[0].params, device.table[0].params);
    }
    EXPECT_EQ(actual.dm, desired.dm);
    EXPECT_EQ(actual.subsystems, desired.subsystems);
    EXPECT_EQ(actual.ports, desired.ports);
    EXPECT_EQ(actual.hosts, desired.hosts);
    for (const std::string& module : desired.modules)
        EXPECT_TRUE(actual.modules.contains(module)) << module;
}

TEST_P(VolumeOnKernel, RestartedDaemonHasNothingToDo) {
    make();
    node.restart();
    EXPECT_THAT(node.planned(), IsEmpty());
}

TEST_P(VolumeOnKernel, DataStandsAfterItIsBuiltAgain) {
    const std::string front = front_path(make());
    write_pattern(front, 'x');
    node.tear_down();
    expect_nothing_left(node.actual());
    EXPECT_GT(node.reconcile(), 0U);
    EXPECT_TRUE(read_pattern(front) == std::string(kPatternBytes, 'x'));
}

TEST_P(VolumeOnKernel, ArraysAreWhole) {
    make();
    std::size_t arrays = 0;
    for (const auto& [uuid, device] : node.actual().dm) {
        if (!device.raid)
            continue;
        // Parity is still being computed.
        const bool parity = model::has_parity(GetParam().redundancy);
        EXPECT_EQ(device.raid->letters.find_first_not_of(parity ? "aA" : "A"), std::string::npos);
        EXPECT_TRUE(device.raid->idle || parity);
        arrays++;
    }
    const bool raid = model::has_raid(GetParam().redundancy);
    EXPECT_EQ(arrays, raid ? GetParam().legs : 0U);
}

TEST_P(VolumeOnKernel, NewEpochIsLoadedIntoTheLiveFront) {
    v1::Volume& volume = make();
    write_pattern(front_path(volume), 'y');
    volume.set_epoch(2);
    EXPECT_GT(node.reconcile(), 0U);
    const auto front = node.actual().dm.at(model::dm_uuid(model::DmKind::front, volume.uuid()));
    EXPECT_EQ(parse_dnvme_table(front.table.at(0).params)->epoch, 2U);
    EXPECT_FALSE(front.suspended);
    EXPECT_TRUE(read_pattern(front_path(volume)) == std::string(kPatternBytes, 'y'));
}

/// Device-mapper itself, on a slice of the first disk.
class DmOnKernel : public ::testing::Test {
  protected:
    void SetUp() override {
        number = device_number("/dev/vda").value();
        ASSERT_TRUE(dm.create(slice(0)));
    }
    void TearDown() override {
        EXPECT_TRUE(dm.remove(uuid));
        EXPECT_EQ(dm.list().value().size(), 0U);
    }
    [[nodiscard]] plan::DmDevice device(const std::string& type, const std::string& params) const {
        return {.uuid = uuid,
                .name = model::dm_name(model::DmKind::ld, id),
                .table = {{0, 2048, type, params}}};
    }
    [[nodiscard]] plan::DmDevice slice(std::uint64_t offset) const {
        return device("linear", fmt::format("{} {}", number, offset));
    }
    void expect_live(std::uint64_t offset) {
        EXPECT_EQ(dm.table(uuid).value(), slice(offset).table);
        EXPECT_FALSE(dm.info(uuid).value().suspended);
    }

    std::string id = make_uuid();
    std::string uuid = model::dm_uuid(model::DmKind::ld, id);
    std::string number;
    DmClient dm;
};

TEST_F(DmOnKernel, SecondOneIsRefused) {
    const Status second = dm.create(slice(4096));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), Code::exists);
    expect_live(0);
}

TEST_F(DmOnKernel, RefusedTableSaysWhyAndLeavesTheOldOne) {
    const Status reloaded = dm.reload(device("linear", number + " 999999999"));
    ASSERT_FALSE(reloaded);
    EXPECT_EQ(reloaded.error().sys_errno(), EINVAL);
    expect_live(0);

    const Status gate = dm.reload(device("dnvme", "1 3 1 " + number + " 0 0"));
    ASSERT_FALSE(gate);
    EXPECT_THAT(gate.error().message(), HasSubstr("the kernel says"));
    EXPECT_THAT(gate.error().message(), HasSubstr("dnvme"));
    expect_live(0);
}

TEST_F(DmOnKernel, RefusedCreationLeavesNothing) {
    const std::string other = make_uuid();
    plan::DmDevice bad = device("linear", "0:0 0");
    bad.uuid = model::dm_uuid(model::DmKind::gate, other);
    bad.name = model::dm_name(model::DmKind::gate, other);
    EXPECT_FALSE(dm.create(bad));
    EXPECT_EQ(dm.list().value().size(), 1U);
    EXPECT_EQ(dm.info(bad.uuid).error().code(), Code::not_found);
}

TEST_F(DmOnKernel, NewTableIsLive) {
    ASSERT_TRUE(dm.reload(slice(8192)));
    expect_live(8192);
}

TEST_F(DmOnKernel, GatesAreFencedTogetherAndOneThatIsNoneIsNamed) {
    using std::chrono::milliseconds;
    const std::string none = model::dm_uuid(model::DmKind::gate, make_uuid());
    ASSERT_TRUE(dm.reload(device("dnvme", fmt::format("1 8 1 {} 0 0", number))));
    const auto results = dm.fence_all({uuid, none}, 2, milliseconds(60000));
    ASSERT_EQ(results.size(), 2U);
    ASSERT_TRUE(results[0]) << results[0].error().message();
    EXPECT_EQ(results[0]->epoch, 2U);
    EXPECT_TRUE(results[0]->drained);
    EXPECT_EQ(results[1].error().code(), Code::not_found);
    EXPECT_EQ(parse_dnvme_status(dm.status(uuid).value().at(0).params)->state, 'F');

    const auto again = dm.fence_all({uuid}, 2, milliseconds(0));
    ASSERT_FALSE(again[0]);
    EXPECT_EQ(again[0].error().sys_errno(), ESTALE);
    EXPECT_THAT(again[0].error().message(), HasSubstr("epoch must be higher"));
}

TEST_F(DmOnKernel, OpenDeviceIsNotRemoved) {
    const Fd open(::open(dm_path(model::dm_name(model::DmKind::ld, id)).c_str(), O_RDONLY));
    ASSERT_TRUE(open.valid());
    const Status removed = dm.remove(uuid);
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error().code(), Code::precondition);
    EXPECT_THAT(removed.error().message(), HasSubstr("opened 1 times"));
}

TEST(DisksOnKernel, LabelIsWrittenFoundAndCleared) {
    LinuxDisks disks;
    const std::string uuid = make_uuid();
    const std::string cluster = make_uuid();
    ASSERT_EQ(std::system("mkfs.ext4 -q -F /dev/vdb 2>/dev/null"), 0);
    EXPECT_EQ(disks.inspect("/dev/vdb")->signature, "ext4");
    ASSERT_TRUE(disks.write_label("/dev/vdb", uuid, cluster));
    const auto labelled = disks.inspect("/dev/vdb");
    ASSERT_TRUE(labelled);
    EXPECT_EQ(labelled->label_uuid, uuid);
    EXPECT_EQ(labelled->label_cluster, cluster);
    EXPECT_EQ(labelled->signature, "");
    EXPECT_EQ(labelled->size_bytes, 2ULL << 30);
    EXPECT_EQ(disks.clear_label("/dev/vdb", make_uuid()).error().code(), Code::precondition);
    ASSERT_TRUE(disks.clear_label("/dev/vdb", uuid));
    EXPECT_EQ(disks.inspect("/dev/vdb")->label_uuid, "");
}

/// By this text at this place a firmware array is known.
void write_signature_at_end(const std::string& path) {
    const std::string text = "Promise Technology, Inc.";
    const Fd disk(::open(path.c_str(), O_WRONLY | O_SYNC));
    const off_t size = ::lseek(disk.get(), 0, SEEK_END);
    ASSERT_EQ(::pwrite(disk.get(), text.data(), text.size(), size - 63 * 512),
              static_cast<ssize_t>(text.size()));
}

TEST(DisksOnKernel, SignatureAtTheEndIsWipedToo) {
    LinuxDisks disks;
    write_signature_at_end("/dev/vdb");
    EXPECT_EQ(disks.inspect("/dev/vdb")->signature, "promise_fasttrack_raid_member");
    const std::string uuid = make_uuid();
    ASSERT_TRUE(disks.write_label("/dev/vdb", uuid, make_uuid()));
    EXPECT_EQ(disks.inspect("/dev/vdb")->signature, "");
    ASSERT_TRUE(disks.clear_label("/dev/vdb", uuid));
}

TEST(DisksOnKernel, UsedDiskIsRefused) {
    LinuxDisks disks;
    {
        const Fd holder(::open("/dev/vdb", O_RDONLY | O_EXCL));
        EXPECT_NE(disks.inspect("/dev/vdb")->in_use, "");
        const Status written = disks.write_label("/dev/vdb", make_uuid(), make_uuid());
        ASSERT_FALSE(written);
        EXPECT_EQ(written.error().code(), Code::precondition);
    }
    ASSERT_EQ(std::system("mkfs.ext4 -q -F /dev/vdb 2>/dev/null && mkdir -p /tmp/mnt && "
                          "mount /dev/vdb /tmp/mnt"),
              0);
    EXPECT_EQ(disks.inspect("/dev/vdb")->in_use, "mounted on /tmp/mnt");
    EXPECT_FALSE(disks.write_label("/dev/vdb", make_uuid(), make_uuid()));
    ASSERT_EQ(std::system("umount /tmp/mnt && wipefs -q -a /dev/vdb"), 0);
    EXPECT_EQ(disks.inspect("/dev/vdb")->in_use, "");
}

TEST(DisksOnKernel, WhatIsNoDiskIsRefused) {
    LinuxDisks disks;
    EXPECT_EQ(disks.inspect("/dev/none").error().code(), Code::not_found);
    EXPECT_EQ(disks.inspect("/dev/null").error().code(), Code::invalid);
}

TEST(ModulesOnKernel, MissingOneIsNamedWithAdvice) {
    const Status loaded = load_module("dm-nothing");
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code(), Code::not_found);
    EXPECT_THAT(loaded.error().message(), HasSubstr("dm-nothing"));
    EXPECT_TRUE(load_module("dm_dnvme"));
    EXPECT_TRUE(loaded_modules().value().contains("dm_dnvme"));
}

}  // namespace
}  // namespace dnvme::sys

int main(int argc, char** argv) {
    constexpr int kSkip = 4;
    if (dnvme::sys::text_of("/sys/class/block/vda/serial") != "disk0") {
        std::cout << "1..0 # SKIP overwrites disks: runs only in a guest of the rig\n";
        return kSkip;
    }
    testing::InitGoogleTest(&argc, argv);
    auto kernel = dnvme::sys::open_kernel();
    if (!kernel) {
        std::cout << "Bail out! " << kernel.error().message() << '\n';
        return 1;
    }
    return RUN_ALL_TESTS();
}
