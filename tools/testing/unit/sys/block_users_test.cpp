// SPDX-License-Identifier: Apache-2.0
#include "sys/block_users.h"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "sys/disks.h"

namespace dnvme::sys {
namespace {

namespace fs = std::filesystem;

/// /proc and /sys of a machine with the disks sda and sdb, sda having one partition.
class BlockUsersTest : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string dir = testing::TempDir() + "root-XXXXXX";
        root = ::mkdtemp(dir.data());
        put("sys/devices/sda/dev", "8:0");
        put("sys/devices/sda/size", "1000");
        put("sys/devices/sda/sda1/partition", "1");
        put("sys/devices/sda/sda1/dev", "8:1");
        put("sys/devices/sdb/size", "1000");
        link("../../devices/sda", "sys/dev/block/8:0");
        link("../../devices/sda/sda1", "sys/dev/block/8:1");
        link("../../devices/sdb", "sys/dev/block/8:16");
    }
    void TearDown() override { fs::remove_all(root); }

    void put(const std::string& file, const std::string& text) {
        fs::create_directories((root / file).parent_path());
        std::ofstream(root / file) << text << '\n';
    }
    void link(const std::string& target, const std::string& at) {
        fs::create_directories((root / at).parent_path());
        fs::create_directory_symlink(target, root / at);
    }
    std::string user_of(const std::string& number) { return BlockUsers(root).user_of(number); }

    fs::path root;
};

TEST_F(BlockUsersTest, FreeDiskHasNoUser) {
    put("proc/self/mountinfo", "22 1 0:21 / /proc rw - proc proc rw");
    put("proc/swaps", "Filename Type Size Used Priority");
    EXPECT_EQ(user_of("8:0"), "");
    EXPECT_EQ(user_of("8:16"), "");
}

TEST_F(BlockUsersTest, MountOfDiskAndOfPartition) {
    put("proc/self/mountinfo",
        "36 35 8:16 / /srv rw,noatime master:1 - ext4 /dev/sdb rw\n"
        "37 35 8:1 / /home rw - ext4 /dev/sda1 rw");
    EXPECT_EQ(user_of("8:16"), "mounted on /srv");
    EXPECT_EQ(user_of("8:0"), "sda1 is mounted on /home");
    EXPECT_EQ(user_of("8:1"), "mounted on /home");
}

TEST_F(BlockUsersTest, Swap) {
    put("proc/swaps", "Filename Type Size Used Priority\n/dev/sdb partition 1 0 -2");
    EXPECT_EQ(user_of("8:16"), "used as swap");
}

TEST_F(BlockUsersTest, HoldersAreCalledByTheirName) {
    put("sys/devices/dm-0/dm/name", "vg-root");
    link("../../dm-0", "sys/devices/sdb/holders/dm-0");
    EXPECT_EQ(user_of("8:16"), "held by vg-root");
    put("sys/devices/md0/size", "1");
    link("../../../md0", "sys/devices/sda/sda1/holders/md0");
    EXPECT_EQ(user_of("8:0"), "sda1 is held by md0");
}

TEST_F(BlockUsersTest, DisksThatMayCarryALabel) {
    put("sys/class/block/sda/size", "1000");
    put("sys/class/block/sda1/size", "1000");
    put("sys/class/block/loop0/size", "0");
    put("sys/class/block/zram0/size", "1000");
    put("sys/class/block/ram0/size", "1000");
    put("sys/class/block/dm-0/size", "1000");
    put("sys/class/block/dm-0/dm/uuid", "DNVME-ld-11111111-2222-3333-4444-555555555555");
    put("sys/class/block/dm-1/size", "1000");
    put("sys/class/block/dm-1/dm/uuid", "LVM-abc");
    put("sys/class/block/dm-1/dm/suspended", "0");
    put("sys/class/block/dm-2/size", "1000");
    put("sys/class/block/dm-2/dm/suspended", "1");
    put("sys/class/block/nvme0n1/size", "1000");
    put("sys/class/block/nvme0n1/device/model", "Good Disk 2T       ");
    put("sys/class/block/nvme1n1/size", "1000");
    put("sys/class/block/nvme1n1/device/model", "dnvme              ");
    put("sys/class/block/nvmemp0/size", "1000");
    put("sys/class/block/nvmemp0p1/size", "1000");
    put("sys/class/block/dm-3/size", "1000");
    put("sys/class/block/dm-3/slaves/nvmemp0/size", "1000");
    EXPECT_EQ(label_candidates(root), (std::vector<std::string>{"dm-1", "nvme0n1", "sda", "sda1"}));
}

}  // namespace
}  // namespace dnvme::sys
