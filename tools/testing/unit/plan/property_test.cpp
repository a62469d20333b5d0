// SPDX-License-Identifier: Apache-2.0
// What holds for every cluster and every state of a kernel.
#include <gtest/gtest.h>

#include "kernel_rules.h"
#include "model/controllers.h"
#include "model/names.h"
#include "plan/parts.h"
#include "plan/planner.h"
#include "random_cluster.h"
#include "sample.h"

namespace dnvme::plan {
namespace {

constexpr unsigned kSeeds = 400;
constexpr v1::Redundancy kRedundancies[] = {v1::REDUNDANCY_NONE, v1::REDUNDANCY_RAID1,
                                            v1::REDUNDANCY_RAID5, v1::REDUNDANCY_RAID6,
                                            v1::REDUNDANCY_RAID10};

std::vector<Action> plan_of(const StrictMachine& machine) {
    const std::set<std::string> disks = all_disks(machine.cluster());
    const Reach reach(machine.cluster(), disks, "n1", machine.kernel());
    const MemberDecisions decisions = decide_members(machine.cluster(), "n1", reach, {}, 0);
    const model::Cluster cluster = with_records(machine.cluster(), decisions.records, 0);
    return make_plan(cluster, desire(cluster, machine.kernel()), machine.kernel(), decisions);
}

/// Runs the first @p steps of a plan; every action must find what it needs.
void run(StrictMachine& machine, const std::vector<Action>& plan, std::size_t steps) {
    for (std::size_t i = 0; i < steps; i++) {
        const std::string wrong = machine.run(plan[i]);
        ASSERT_EQ(wrong, "") << "step " << i + 1 << ": " << describe(plan[i]);
    }
}

/// Everything is as the store wants it, and nothing is left to do.
void expect_converged(const StrictMachine& machine) {
    const KernelState wanted = desire(machine.cluster(), machine.kernel()).kernel;
    EXPECT_EQ(machine.kernel().dm, wanted.dm);
    EXPECT_EQ(machine.kernel().subsystems, wanted.subsystems);
    EXPECT_EQ(machine.kernel().ports, wanted.ports);
    EXPECT_EQ(machine.kernel().hosts, wanted.hosts);
    EXPECT_EQ(sentences(plan_of(machine)), std::vector<std::string>());
    for (const auto& [name, volume] : machine.cluster().volumes)
        EXPECT_FALSE(volume.deleting()) << name;
}

void converge(StrictMachine& machine) {
    const std::vector<Action> plan = plan_of(machine);
    const Status checked = check_plan(plan, machine.kernel());
    ASSERT_TRUE(checked) << checked.error().message();
    run(machine, plan, plan.size());
    if (!testing::Test::HasFatalFailure())
        expect_converged(machine);
}

void expect_untouched(const v1::Volume& volume, const std::vector<std::string>& plan) {
    std::vector<std::string> uuids;
    for (const v1::Controller& controller : model::controllers_of(volume))
        uuids.push_back(controller.uuid());
    for (const v1::Leg& leg : volume.legs()) {
        uuids.push_back(leg.uuid());
        for (const v1::LogicalDisk& member : leg.members())
            uuids.push_back(member.uuid());
    }
    for (const std::string& sentence : plan) {
        for (const std::string& uuid : uuids)
            EXPECT_EQ(sentence.find(uuid), std::string::npos) << sentence;
    }
}

void forget_detached(const std::set<std::string>& attached, const std::string& nqn,
                     KernelState& kernel) {
    const auto subsystem = kernel.subsystems.find(nqn);
    if (subsystem == kernel.subsystems.end())
        return;
    std::set<std::string>& allowed = subsystem->second.allowed_hosts;
    std::erase_if(allowed, [&](const auto& host) { return !attached.contains(host); });
    if (!allowed.empty())
        return;
    for (auto& [id, port] : kernel.ports)
        port.subsystems.erase(nqn);
}

/// As if every detach had taken effect: that is what changes also while a volume is down.
void forget_detached(const model::Cluster& cluster, KernelState& kernel) {
    for (const auto& [name, volume] : cluster.volumes) {
        for (const v1::Controller& controller : model::controllers_of(volume))
            forget_detached(attached_hosts(cluster, volume),
                            model::subsystem_nqn(controller.uuid()), kernel);
    }
}

StrictMachine random_machine(Random& random) {
    model::Cluster cluster = random_cluster(random);
    KernelState kernel;
    if (!one_in(random, 4)) {
        kernel = random_past(cluster, random);
        if (one_in(random, 2))
            damage(kernel, random);
    }
    return {std::move(cluster), std::move(kernel)};
}

class Property : public testing::TestWithParam<unsigned> {
  protected:
    Random random_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Seeds, Property, testing::Range(0U, 20U));

TEST_P(Property, EveryPlanLeadsToWhatIsDesired) {
    for (unsigned i = 0; i < kSeeds / 20; i++) {
        StrictMachine machine = random_machine(random_);
        ASSERT_NO_FATAL_FAILURE(converge(machine));
    }
}

/// Wherever the daemon dies, it finds its way from there.
TEST_P(Property, EveryInterruptedPlanCanBeTakenUpAgain) {
    for (unsigned i = 0; i < kSeeds / 20; i++) {
        const StrictMachine start = random_machine(random_);
        const std::vector<Action> plan = plan_of(start);
        for (int cuts = 0; cuts < 8; cuts++) {
            StrictMachine machine = start;
            const std::size_t steps = random_() % (plan.size() + 1);
            ASSERT_NO_FATAL_FAILURE(run(machine, plan, steps));
            ASSERT_NO_FATAL_FAILURE(converge(machine)) << "after " << steps << " steps";
        }
    }
}

TEST_P(Property, EveryPrefixOfABuildCanBeTakenUpAgain) {
    StrictMachine start(random_cluster(random_), KernelState{});
    const std::vector<Action> plan = plan_of(start);
    for (std::size_t steps = 0; steps <= plan.size(); steps++) {
        StrictMachine machine = start;
        ASSERT_NO_FATAL_FAILURE(run(machine, plan, steps));
        ASSERT_NO_FATAL_FAILURE(converge(machine)) << "after " << steps << " steps";
    }
}

TEST_P(Property, EveryPrefixOfAGrowthCanBeTakenUpAgain) {
    model::Cluster cluster = sample_cluster();
    const v1::Redundancy redundancy = kRedundancies[random_() % std::size(kRedundancies)];
    v1::Volume& volume = add_volume(cluster, "v0", static_cast<int>(1 + random_() % 3), redundancy);
    attach(volume, "h0");
    if (one_in(random_, 2))
        add_standby(volume);
    format_all(cluster);
    const KernelState before = built(cluster);
    grow(cluster, "v0", (1 + random_() % 40) << 30);
    const StrictMachine start(cluster, before);
    const std::vector<Action> plan = plan_of(start);
    for (std::size_t steps = 0; steps <= plan.size(); steps++) {
        StrictMachine machine = start;
        ASSERT_NO_FATAL_FAILURE(run(machine, plan, steps));
        ASSERT_NO_FATAL_FAILURE(converge(machine)) << "after " << steps << " steps";
    }
}

/// A volume that waits for a disk may come back at any moment: nothing of it is touched.
TEST_P(Property, VolumesThatAreDownAreLeftAlone) {
    for (unsigned i = 0; i < kSeeds / 20; i++) {
        const model::Cluster cluster = random_cluster(random_);
        KernelState actual = random_past(cluster, random_);
        forget_detached(cluster, actual);
        std::set<std::string> found = all_disks(cluster);
        found.erase(found.begin());
        const Desired desired = build_desired(cluster, found, sample_settings());
        const auto plan = sentences(make_plan(cluster, desired, actual));
        for (const auto& [name, volume] : cluster.volumes) {
            if (desired.down.contains(volume.uuid()))
                expect_untouched(volume, plan);
        }
    }
}

/// What one volume needs disturbs no other.
TEST_P(Property, OtherVolumesAreNotTouched) {
    for (unsigned i = 0; i < kSeeds / 20; i++) {
        model::Cluster cluster = random_cluster(random_);
        format_all(cluster);
        const KernelState actual = built(cluster);
        v1::Volume& changed = add_volume(cluster, "new", 2, v1::REDUNDANCY_RAID1);
        attach(changed, "h0");
        const auto plan = plan_for(cluster, actual);
        for (const auto& [name, volume] : cluster.volumes) {
            if (name != "new" && !volume.deleting())
                expect_untouched(volume, plan);
        }
    }
}

}  // namespace
}  // namespace dnvme::plan
