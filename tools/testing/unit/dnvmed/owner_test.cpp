// SPDX-License-Identifier: Apache-2.0
// Volumes with standbys, and the change of their owner by hand.
#include <gmock/gmock.h>

#include "machine.h"
#include "model/controllers.h"
#include "model/names.h"
#include "view.h"

namespace dnvme::daemon {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class OwnerOfAVolume : public Machine {
  protected:
    v1::Volume volume() { return cluster().volumes.at("v1"); }
    v1::VolumeView view() { return view_volume(observe(), volume()); }
    std::string front(std::uint32_t controller) {
        return model::dm_uuid(model::DmKind::front,
                              model::controllers_of(volume()).at(controller).uuid());
    }
};

TEST_F(OwnerOfAVolume, HasAsManyControllersAsAskedFor) {
    furnish_volume(4);
    EXPECT_EQ(volume().standbys_size(), 4);
    const v1::VolumeView seen = view();
    ASSERT_EQ(seen.controllers_size(), 5);
    std::set<std::uint32_t> ports;
    for (const auto& controller : seen.controllers()) {
        EXPECT_EQ(controller.role(), controller.number() == 0 ? v1::ROLE_ACTIVE : v1::ROLE_STANDBY);
        EXPECT_TRUE(ports.insert(controller.portals(0).port()).second);
    }
    EXPECT_EQ(seen.health(), v1::HEALTH_OK);
    EXPECT_THAT(sim_.state().modules, Contains("nvmet_mpath_ext"));
}

TEST_F(OwnerOfAVolume, NeedsNoModuleWithoutStandbys) {
    furnish_volume(0);
    EXPECT_THAT(sim_.state().modules, Not(Contains("nvmet_mpath_ext")));
    EXPECT_EQ(view().controllers_size(), 1);
}

TEST_F(OwnerOfAVolume, IsNotMadeWithTooManyControllers) {
    furnish();
    EXPECT_REFUSED(create_volume("v1", 1 << 30, 1, v1::REDUNDANCY_NONE, 5), Code::invalid,
                   "5 standbys are not possible", "0 to 4");
}

TEST_F(OwnerOfAVolume, IsNotMadeWithStandbysWithoutTheModule) {
    furnish();
    sim_.fail_matching("load module nvmet_mpath_ext", ENOENT);
    const Status made = create_volume("v1", 1 << 30, 1, v1::REDUNDANCY_NONE, 1);
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().message(), HasSubstr("nvmet_mpath_ext"));
    EXPECT_FALSE(cluster().volumes.contains("v1"));
    ASSERT_DONE(create_volume("v1"));
}

TEST_F(OwnerOfAVolume, ServesOnWithoutTheModule) {
    furnish_volume(1);
    sim_.fail_matching("load module nvmet_mpath_ext", ENOENT);
    reboot();
    EXPECT_EQ(view().health(), v1::HEALTH_OK);
}

TEST_F(OwnerOfAVolume, ChangesByHand) {
    furnish_volume(1);
    const std::uint64_t epoch = volume().epoch();
    ASSERT_DONE(activate("v1", 1));
    EXPECT_EQ(volume().owner(), 1U);
    EXPECT_EQ(volume().epoch(), epoch + 1);
    EXPECT_EQ(last_.plan(), last_.steps());
    EXPECT_EQ(view().health(), v1::HEALTH_OK);
    EXPECT_EQ(view().controllers(1).role(), v1::ROLE_ACTIVE);
    ASSERT_DONE(activate("v1", 0));
    EXPECT_EQ(volume().epoch(), epoch + 2);
    ASSERT_DONE(detach("v1", "h1"));
    ASSERT_DONE(delete_volume("v1"));
    EXPECT_TRUE(sim_.state().dm.empty());
    EXPECT_TRUE(sim_.state().subsystems.empty());
}

TEST_F(OwnerOfAVolume, StaysAfterAReboot) {
    furnish_volume(2);
    ASSERT_DONE(activate("v1", 2));
    reboot();
    EXPECT_EQ(view().health(), v1::HEALTH_OK);
    EXPECT_THAT(sim_.state().dm.at(front(2)).table.at(0).params, HasSubstr("{dm:DNVME-thin-"));
}

TEST_F(OwnerOfAVolume, ChangeIsRefused) {
    furnish_volume(1);
    EXPECT_REFUSED(activate("v2", 1), Code::not_found, "volume 'v2' does not exist");
    EXPECT_REFUSED(activate("v1", 2), Code::not_found, "no controller 2",
                   "it has 2, counted from 0");
    EXPECT_REFUSED(activate("v1", 0), Code::exists, "controller 0 owns volume 'v1' already");
    sim_.unplug("/dev/sim0");
    reboot();
    EXPECT_REFUSED(activate("v1", 1), Code::precondition, "waits for disk sim0");
}

/// Its standbys are on the very node that is gone, or is not.
TEST_F(OwnerOfAVolume, IsNotTakenByForceOnOneNode) {
    furnish_volume(1);
    v1::ActivateVolumeRequest request;
    request.set_volume("v1");
    request.set_controller(1);
    request.set_force(true);
    const std::uint64_t epoch = volume().epoch();
    EXPECT_FALSE(run(activate_volume, request));
    EXPECT_EQ(volume().epoch(), epoch);
    EXPECT_FALSE(volume().has_handover());
}

/// L1: no receipt, no new owner; and nothing of the old one is touched.
TEST_F(OwnerOfAVolume, WaitsForTheReceipt) {
    furnish_volume(1);
    const std::string old_front = front(0);
    sim_.leave_in_flight(old_front, 3);
    const std::size_t before = sim_.history().size();
    const Status activated = activate("v1", 1);
    ASSERT_FALSE(activated);
    EXPECT_EQ(activated.error().code(), Code::conflict);
    EXPECT_THAT(activated.error().message(), HasSubstr("of the 3 I/Os that were below it"));
    EXPECT_THAT(activated.error().message(), HasSubstr("dnvmed goes on trying"));
    EXPECT_EQ(sim_.history().size(), before);
    EXPECT_EQ(volume().owner(), 1U);
    EXPECT_EQ(view().health(), v1::HEALTH_DOWN);

    EXPECT_FALSE(agent_->reconcile().settled());
    sim_.leave_in_flight(old_front, 0);
    EXPECT_TRUE(agent_->reconcile().settled());
    EXPECT_EQ(view().health(), v1::HEALTH_OK);
}

/// Back to the old owner, whose front is fenced: it too must have drained before it serves again.
TEST_F(OwnerOfAVolume, MayBeTheOldOneAgain) {
    furnish_volume(1);
    const std::string old_front = front(0);
    sim_.leave_in_flight(old_front, 1);
    EXPECT_FALSE(activate("v1", 1));
    EXPECT_FALSE(activate("v1", 0));
    EXPECT_EQ(view().health(), v1::HEALTH_DOWN);
    sim_.leave_in_flight(old_front, 0);
    EXPECT_TRUE(agent_->reconcile().settled());
    EXPECT_EQ(volume().owner(), 0U);
    EXPECT_EQ(view().health(), v1::HEALTH_OK);
}

TEST_F(OwnerOfAVolume, DoesNotHoldUpOthers) {
    furnish_volume(1);
    sim_.leave_in_flight(front(0), 1);
    EXPECT_FALSE(activate("v1", 1));
    ASSERT_DONE(create_volume("v2"));
    ASSERT_DONE(attach("v2", "h1"));
}

}  // namespace
}  // namespace dnvme::daemon
