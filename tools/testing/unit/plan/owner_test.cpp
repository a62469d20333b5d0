// SPDX-License-Identifier: Apache-2.0
// The order in which a volume changes its owner; see property_test.cpp for what always holds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernel_rules.h"
#include "model/controllers.h"
#include "model/names.h"
#include "plan/planner.h"
#include "sample.h"

namespace dnvme::plan {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

model::Cluster with_standbys(int standbys, std::uint32_t owner = 0) {
    model::Cluster cluster = sample_cluster();
    v1::Volume& volume = add_volume(cluster, "v0", 1, v1::REDUNDANCY_NONE);
    while (volume.standbys_size() < standbys)
        add_standby(volume);
    volume.set_owner(owner);
    attach(volume, "h0");
    format_all(cluster);
    return cluster;
}

model::Cluster owned_by(model::Cluster cluster, std::uint32_t owner) {
    model::change_owner(cluster.volumes.at("v0"), owner);
    return cluster;
}

v1::Controller controller(const model::Cluster& cluster, std::uint32_t number) {
    return model::controllers_of(cluster.volumes.at("v0")).at(number);
}

std::string front(const model::Cluster& cluster, std::uint32_t number) {
    return model::dm_name(model::DmKind::front, controller(cluster, number).uuid());
}

std::string nqn(const model::Cluster& cluster, std::uint32_t number) {
    return model::subsystem_nqn(controller(cluster, number).uuid());
}

TEST(Owner, IsTheOnlyOneThatIsBuiltWithLegs) {
    const model::Cluster cluster = with_standbys(1);
    const auto plan = plan_for(cluster, {});
    EXPECT_THAT(plan, Contains("load module nvmet_mpath_ext"));
    EXPECT_THAT(plan, Contains(StartsWith("create dm device " + front(cluster, 1) +
                                          ": 0 20971520 dnvme 1 128 0 3 write_through")));
    EXPECT_THAT(plan, Contains(StartsWith("create dm device " + front(cluster, 0) +
                                          ": 0 20971520 dnvme 1 128 1 {dm:DNVME-thin-")));
    EXPECT_THAT(plan, Contains("create nvmet port 1001 at 192.0.2.1:5420, inaccessible"));
    EXPECT_THAT(plan, Contains("create nvmet port 1 at 192.0.2.1:4420"));
}

TEST(Owner, TellsTheIdentityAndTheStandbyNone) {
    const model::Cluster cluster = with_standbys(1);
    const KernelState kernel = built(cluster);
    const auto& first = kernel.subsystems.at(nqn(cluster, 0));
    const auto& second = kernel.subsystems.at(nqn(cluster, 1));
    EXPECT_EQ(first.namespaces.at(1).nguid, cluster.volumes.at("v0").uuid());
    EXPECT_EQ(second.namespaces.at(1).nguid, model::no_nguid);
    EXPECT_NE(second.namespaces.at(1).uuid, first.namespaces.at(1).uuid);
    EXPECT_NE(second.serial, first.serial);
    EXPECT_GT(second.ids.first, first.ids.last);
}

TEST(Owner, ChangesBehindTheReceiptAndTheCut) {
    const model::Cluster before = with_standbys(1);
    const model::Cluster after = owned_by(before, 1);
    EXPECT_THAT(plan_for(after, built(before)),
                ElementsAre("fence dm device " + front(after, 0) +
                                " under epoch 2 and wait up to 3000 ms until it is drained",
                            "unlink nvmet subsystem " + nqn(after, 0) + " from port 1",
                            "fail what dm device " + front(after, 0) + " holds",
                            StartsWith("reload dm device " + front(after, 0) +
                                       ": 0 20971520 dnvme 2 128 0 3 write_through"),
                            StartsWith("reload dm device " + front(after, 1) +
                                       ": 0 20971520 dnvme 2 128 1 {dm:DNVME-thin-"),
                            "fail what dm device " + front(after, 0) + " holds",
                            "make nvmet port 1 inaccessible", "make nvmet port 1001 optimized",
                            "link nvmet subsystem " + nqn(after, 0) + " to port 1"));
}

/// The connection on which the host asked stays.
TEST(Owner, ToBeIsNotCut) {
    const model::Cluster before = with_standbys(2);
    const auto plan = plan_for(owned_by(before, 2), built(before));
    EXPECT_THAT(plan, Not(Contains(HasSubstr("unlink nvmet subsystem " + nqn(before, 2)))));
    EXPECT_THAT(plan, Not(Contains(HasSubstr("unlink nvmet subsystem " + nqn(before, 1)))));
}

TEST(Owner, PlanOfAChangeIsTaken) {
    for (const std::uint32_t owner : {1U, 2U}) {
        const model::Cluster before = with_standbys(2);
        const model::Cluster after = owned_by(before, owner);
        const auto plan = make_plan(after, desire(after), built(before));
        const Status checked = check_plan(plan, built(before));
        EXPECT_TRUE(checked) << checked.error().message();
    }
}

/// Every prefix of a change, then a daemon that knows nothing of it.
TEST(Owner, ChangeIsFinishedWhereverItWasInterrupted) {
    const model::Cluster before = with_standbys(2, 1);
    for (const std::uint32_t owner : {0U, 2U}) {
        const model::Cluster after = owned_by(before, owner);
        const auto plan = make_plan(after, desire(after), built(before));
        for (std::size_t steps = 0; steps <= plan.size(); steps++) {
            StrictMachine machine(after, built(before));
            for (std::size_t i = 0; i < steps; i++)
                ASSERT_EQ(machine.run(plan[i]), "") << describe(plan[i]);
            for (const Action& action : make_plan(after, desire(after), machine.kernel()))
                ASSERT_EQ(machine.run(action), "") << steps << ": " << describe(action);
            EXPECT_THAT(plan_for(after, machine.kernel()), IsEmpty()) << steps;
        }
    }
}

/// Every prefix, then the owner changes again before the first change is done.
TEST(Owner, ChangeMayFollowAnInterruptedOne) {
    const model::Cluster first = with_standbys(2);
    const model::Cluster second = owned_by(first, 1);
    const auto plan = make_plan(second, desire(second), built(first));
    for (const std::uint32_t owner : {0U, 2U}) {
        const model::Cluster third = owned_by(second, owner);
        for (std::size_t steps = 0; steps <= plan.size(); steps++) {
            StrictMachine machine(third, built(first));
            for (std::size_t i = 0; i < steps; i++)
                ASSERT_EQ(machine.run(plan[i]), "") << describe(plan[i]);
            for (const Action& action : make_plan(third, desire(third), machine.kernel()))
                ASSERT_EQ(machine.run(action), "") << steps << ": " << describe(action);
            EXPECT_THAT(plan_for(third, machine.kernel()), IsEmpty()) << steps;
        }
    }
}

TEST(Owner, OfARecordThatNamesNoneKeepsTheVolumeDown) {
    const Desired desired = desire(with_standbys(1, 2));
    ASSERT_EQ(desired.down.size(), 1U);
    EXPECT_THAT(desired.down.begin()->second, HasSubstr("names controller 2 as owner"));
}

TEST(OwnerCheck, RefusesASecondFrontWithLegs) {
    const model::Cluster before = with_standbys(1);
    const model::Cluster after = owned_by(before, 1);
    const DmDevice next = built(after).dm.at("DNVME-front-" + controller(after, 1).uuid());
    const Status checked = check_plan({ReloadDm{next}}, built(before));
    ASSERT_FALSE(checked);
    EXPECT_THAT(checked.error().message(), HasSubstr(front(before, 0) + " still has its legs"));
    KernelState without = built(before);
    without.dm.erase(next.uuid);
    EXPECT_FALSE(check_plan({CreateDm{next}}, without));
}

TEST(OwnerCheck, RefusesToTakeLegsAwayWithoutAFence) {
    const model::Cluster before = with_standbys(1);
    const DmDevice loser =
        built(owned_by(before, 1)).dm.at("DNVME-front-" + controller(before, 0).uuid());
    const Status checked = check_plan({ReloadDm{loser}}, built(before));
    ASSERT_FALSE(checked);
    EXPECT_THAT(checked.error().message(), HasSubstr("it was not fenced"));
    EXPECT_TRUE(check_plan({Fence{loser.uuid, 2, 3000}, ReloadDm{loser}}, built(before)));
}

TEST(OwnerCheck, RefusesToFailWhatHostsWait) {
    const model::Cluster cluster = with_standbys(1);
    const std::string uuid = "DNVME-front-" + controller(cluster, 0).uuid();
    EXPECT_FALSE(check_plan({FailHeld{uuid}}, built(cluster)));
    EXPECT_TRUE(check_plan({UnlinkSubsystem{1, nqn(cluster, 0)}, FailHeld{uuid}}, built(cluster)));
    EXPECT_FALSE(check_plan({Fence{"DNVME-gate-x", 2, 0}}, built(cluster)));
}

}  // namespace
}  // namespace dnvme::plan
