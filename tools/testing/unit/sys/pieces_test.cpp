// SPDX-License-Identifier: Apache-2.0
//
// The small pieces from which the doors are made.
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <gtest/gtest.h>

#include "base/fd.h"
#include "sys/kernel_log.h"
#include "sys/modules.h"
#include "sys/refused.h"
#include "sys/zero.h"

namespace dnvme::sys {
namespace {

TEST(Refused, CodeFollowsErrno) {
    EXPECT_EQ(code_of(EBUSY), Code::precondition);
    EXPECT_EQ(code_of(EEXIST), Code::exists);
    EXPECT_EQ(code_of(ENXIO), Code::not_found);
    EXPECT_EQ(code_of(ENOSPC), Code::no_space);
    EXPECT_EQ(code_of(EIO), Code::internal);
    const Status status = refused(EBUSY, "device x");
    EXPECT_EQ(status.error().message(), "device x: Device or resource busy");
    EXPECT_EQ(status.error().sys_errno(), EBUSY);
}

TEST(KernelLog, ReasonsAreKeptAndNoiseIsNot) {
    EXPECT_EQ(device_mapper_words("3,910,5140900,-;device-mapper: table: 253:0: linear: Device "
                                  "lookup failed (-ENXIO)\n SUBSYSTEM=x\n"),
              "table: 253:0: linear: Device lookup failed (-ENXIO)");
    EXPECT_EQ(device_mapper_words("3,1,1,-;md/raid1:mdX: not enough mirrors"),
              "md/raid1:mdX: not enough mirrors");
    EXPECT_FALSE(device_mapper_words("4,1,1,-;device-mapper: ioctl: error adding target to table"));
    EXPECT_FALSE(device_mapper_words("6,1,1,-;usb 1-1: new device"));
    EXPECT_FALSE(device_mapper_words("garbage"));
}

TEST(Modules, NamesAreThoseOfTheKernel) {
    EXPECT_EQ(module_name("dm-thin-pool"), "dm_thin_pool");
    EXPECT_EQ(parse_builtin("kernel/drivers/md/dm-mod.ko\nkernel/fs/configfs/configfs.ko\n"
                            "README\nbare.ko\n"),
              (std::set<std::string>{"bare", "configfs", "dm_mod"}));
}

TEST(Zero, OnlyTheRangeIsZeroed) {
    std::string path = testing::TempDir() + "zero-XXXXXX";
    const Fd file(::mkstemp(path.data()));
    std::ofstream(path) << std::string(3 << 20, 'x');
    ASSERT_TRUE(write_zeroes(file.get(), path, 4096, (1 << 20) + 512));
    std::ifstream stream(path);
    const std::string content(std::istreambuf_iterator<char>(stream), {});
    std::filesystem::remove(path);
    std::string expected(3 << 20, 'x');
    expected.replace(4096, (1 << 20) + 512, std::string((1 << 20) + 512, '\0'));
    EXPECT_TRUE(content == expected);
}

TEST(Zero, MissingDeviceIsNamed) {
    const Status zeroed = zero_device("/dev/none", 0, 4096);
    ASSERT_FALSE(zeroed);
    EXPECT_EQ(zeroed.error().code(), Code::not_found);
    EXPECT_NE(zeroed.error().message().find("/dev/none"), std::string::npos);
}

}  // namespace
}  // namespace dnvme::sys
