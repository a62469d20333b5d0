// SPDX-License-Identifier: Apache-2.0
#include "model/controllers.h"

#include <gtest/gtest.h>

namespace dnvme::model {
namespace {

v1::Volume volume_with(int standbys) {
    v1::Volume volume;
    volume.set_uuid("v");
    volume.set_port_offset(7);
    volume.set_epoch(1);
    for (int i = 1; i <= standbys; i++) {
        v1::Controller& standby = *volume.add_standbys();
        standby.set_uuid("s" + std::to_string(i));
        standby.set_port_offset(static_cast<std::uint32_t>(10 + i));
    }
    return volume;
}

TEST(Controllers, TheFirstIsTheVolumeItself) {
    const auto controllers = controllers_of(volume_with(2));
    ASSERT_EQ(controllers.size(), 3U);
    EXPECT_EQ(controllers[0].uuid(), "v");
    EXPECT_EQ(controllers[0].port_offset(), 7U);
    EXPECT_EQ(controllers[2].uuid(), "s2");
    EXPECT_EQ(controllers[2].port_offset(), 12U);
}

TEST(Controllers, AreCountedFromZero) {
    EXPECT_TRUE(has_controller(volume_with(0), 0));
    EXPECT_FALSE(has_controller(volume_with(0), 1));
    EXPECT_TRUE(has_controller(volume_with(4), 4));
    EXPECT_FALSE(has_controller(volume_with(4), 5));
}

TEST(Controllers, ChangeOfOwnerRaisesTheEpoch) {
    v1::Volume volume = volume_with(1);
    change_owner(volume, 1);
    EXPECT_EQ(volume.owner(), 1U);
    EXPECT_EQ(volume.epoch(), 2U);
    EXPECT_EQ(owner_of(volume).uuid(), "s1");
}

TEST(Controllers, NoEpochIsOneThatAnAnswerCannotTell) {
    EXPECT_EQ(next_epoch(0), 1U);
    EXPECT_EQ(next_epoch(0xfffffffe), 0xffffffffU);
    EXPECT_EQ(next_epoch(0xffffffff), 0x100000001U);
    EXPECT_EQ(next_epoch(0x100000001), 0x100000002U);
}

TEST(Controllers, ShareNoIdentifiers) {
    EXPECT_EQ(controller_ids(volume_with(0), 0), ControllerIds{});
    const v1::Volume volume = volume_with(kMaxStandbys);
    std::uint32_t free = 1;
    for (std::uint32_t number = 0; has_controller(volume, number); number++) {
        const ControllerIds ids = controller_ids(volume, number);
        EXPECT_GE(ids.first, free);
        EXPECT_GT(ids.last, ids.first);
        free = ids.last + 1U;
    }
    EXPECT_LE(free - 1, ControllerIds{}.last);
}

}  // namespace
}  // namespace dnvme::model
