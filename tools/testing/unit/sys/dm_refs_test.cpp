// SPDX-License-Identifier: Apache-2.0
#include "sys/dm_refs.h"

#include <gtest/gtest.h>

#include "plan/references.h"

namespace dnvme::sys {
namespace {

DeviceMap two_devices() {
    DeviceMap devices;
    devices.add(plan::dm_reference("DNVME-gate-1"), "253:4");
    devices.add(plan::disk_reference("d1"), "259:0");
    return devices;
}

TEST(DmRefs, ReferencesAreFoundInOrder) {
    EXPECT_EQ(references_in("raid1 3 0 region_size 1024 2 {dm:a} {dm:b} {disk:c} 253:1"),
              (std::vector<std::string>{"{dm:a}", "{dm:b}", "{disk:c}"}));
    EXPECT_TRUE(references_in("").empty());
}

TEST(DmRefs, NumbersAndReferencesTranslateBothWays) {
    const DeviceMap devices = two_devices();
    const std::string ours = "1 128 2 {dm:DNVME-gate-1} 0 {disk:d1} 2048 0";
    const auto numbers = to_numbers(ours, devices);
    ASSERT_TRUE(numbers);
    EXPECT_EQ(*numbers, "1 128 2 253:4 0 259:0 2048 0");
    EXPECT_EQ(to_references(*numbers, devices), ours);
}

TEST(DmRefs, MissingDeviceIsNamed) {
    const auto numbers = to_numbers("{dm:gone} 0", two_devices());
    ASSERT_FALSE(numbers);
    EXPECT_EQ(numbers.error().code(), Code::not_found);
    EXPECT_NE(numbers.error().message().find("{dm:gone}"), std::string::npos);
}

TEST(DmRefs, ForeignNumberStays) {
    EXPECT_EQ(to_references("8:16 2048", two_devices()), "8:16 2048");
}

}  // namespace
}  // namespace dnvme::sys
