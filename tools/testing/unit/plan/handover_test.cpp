// SPDX-License-Identifier: Apache-2.0
// A volume whose owner changes from one node to another.
#include "model/handover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/dm-dnvme.h>

#include "kernel_rules.h"
#include "model/controllers.h"
#include "model/names.h"
#include "model/places.h"
#include "plan/members.h"
#include "plan/references.h"
#include "plan/tables.h"
#include "random_cluster.h"
#include "sample.h"
#include "world.h"

namespace dnvme::plan {
namespace {

using model::DmKind;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

MemberHistory waited_out(const std::set<std::string>& waits) {
    MemberHistory history;
    history.expired = waits;
    return history;
}

/// A volume on as many of four nodes as it has members, owned by n1, with a standby on n2 and one
/// on n4, built.
struct Apart : World {
    explicit Apart(v1::Redundancy redundancy = v1::REDUNDANCY_RAID1, int legs = 1)
        : World(nodes_with_disks(4)) {
        v1::Volume& added = add_volume(store, "v0", legs, redundancy);
        for (const char* node : {"n2", "n4"}) {
            add_standby(added);
            added.mutable_standbys(added.standbys_size() - 1)->set_node(node);
        }
        EXPECT_TRUE(model::settle(store, added, "n1"));
        attach(added, "h0");
        settle();
    }
    v1::Volume& volume() { return store.volumes.at("v0"); }
    std::string down(const std::string& node) {
        const Desired desired = desire(node);
        const auto why = desired.down.find(volume().uuid());
        return why == desired.down.end() ? "" : why->second;
    }
    std::string front(std::uint32_t controller) {
        return model::dm_uuid(DmKind::front, model::controllers_of(volume()).at(controller).uuid());
    }
    bool has_legs(const std::string& node, std::uint32_t controller) {
        const KernelState& kernel = kernels[node];
        const auto device = kernel.dm.find(front(controller));
        return device != kernel.dm.end() && !dm_devices_below(device->second).empty();
    }
    std::string lease(const std::string& node, int leg = 0) {
        const KernelState& kernel = kernels[node];
        const auto device = kernel.dm.find(model::dm_uuid(DmKind::leg, volume().legs(leg).uuid()));
        return device == kernel.dm.end() ? "" : device->second.table.at(0).params;
    }
    v1::LogicalDisk& member(int number) {
        return *volume().mutable_legs(0)->mutable_members(number);
    }
    std::string part(DmKind kind, int number) {
        return "{dm:" + model::dm_uuid(kind, member(number).uuid()) + "}";
    }
    /// The lease is over, whoever has waited for it.
    void do_without_the_unreceipted() {
        const std::string owner = model::Places(store).node_of(volume());
        const MemberHistory history = waited_out(decide(owner).unreceipted);
        store = with_records(store, decide(owner, history).records, 0);
    }
    std::vector<std::string> sentences_of(const std::string& node) { return sentences(plan(node)); }
};

/// L1 and L3: whoever reaches a member is alone, at every moment.
void expect_one_client(const World& world) {
    for (const auto& [name, volume] : world.store.volumes) {
        for (const v1::Leg& leg : volume.legs()) {
            for (const v1::LogicalDisk& member : leg.members())
                EXPECT_LE(world.clients_of(member).size(), 1U) << member.uuid();
        }
    }
}

TEST(Apart, StandbysHoldOnTheirNodesUnderTheIdentityOfTheVolume) {
    Apart world;
    EXPECT_TRUE(world.has_legs("n1", 0));
    const std::string nqn = model::subsystem_nqn(world.volume().uuid());
    std::set<std::uint16_t> ids;
    for (const char* node : {"n1", "n2", "n4"}) {
        const NvmetSubsystem& subsystem = world.kernels.at(node).subsystems.at(nqn);
        EXPECT_EQ(subsystem.namespaces.at(1).uuid, world.volume().uuid());
        EXPECT_EQ(subsystem.namespaces.at(1).nguid, world.volume().uuid());
        EXPECT_EQ(subsystem.serial, model::subsystem_serial(world.volume().uuid()));
        EXPECT_TRUE(ids.insert(subsystem.ids.first).second);
        for (const auto& [id, port] : world.kernels.at(node).ports) {
            if (port.subsystems.contains(nqn)) {
                EXPECT_EQ(port.inaccessible, std::string(node) != "n1") << node;
            }
        }
    }
    EXPECT_FALSE(world.has_legs("n2", 1));
    EXPECT_THAT(world.kernels.at("n4").connections, IsEmpty());
    EXPECT_THAT(world.kernels.at("n3").dm, IsEmpty());
    expect_one_client(world);
}

TEST(Apart, TheOwnerChangesStepByStep) {
    Apart world;
    model::change_owner(world.volume(), 2);
    EXPECT_EQ(world.down("n4"), "waits for node n1 to let go of it");
    EXPECT_THAT(world.sentences_of("n4"), IsEmpty());
    EXPECT_THAT(world.sentences_of("n2"), Not(Contains(HasSubstr("-gate-")))) << "it is n1's";

    EXPECT_THAT(world.sentences_of("n1").front(), StartsWith("fence dm device dnvme-front-"));
    EXPECT_THAT(world.sentences_of("n1"),
                Contains("record that this node has let go of volume v0"));
    world.run("n1");
    EXPECT_TRUE(world.volume().handover().released());
    EXPECT_FALSE(world.has_legs("n1", 0));
    EXPECT_THAT(world.down("n4"), HasSubstr("waits for the receipt of disk d0 on node n1"));

    EXPECT_THAT(world.sentences_of("n2").front(), StartsWith("fence dm device dnvme-gate-"));
    world.run("n2");
    EXPECT_EQ(world.down("n4"),
              "waits for a connection to disk d1 on node n2, the receipt of disk d0 on node n1");
    world.settle();
    EXPECT_TRUE(model::is_handed_over(world.volume()));
    EXPECT_EQ(world.down("n4"), "");
    EXPECT_TRUE(world.has_legs("n4", 2));
    EXPECT_TRUE(world.volume().legs(0).formatted());
    expect_one_client(world);
}

/// The rules that all these tests stand on notice what the planner must never do.
TEST(Apart, AStepThatIsRecordedTooEarlyIsNoticed) {
    Apart world;
    model::change_owner(world.volume(), 2);
    const v1::Volume& volume = world.volume();
    StrictMachine owner(world.store, world.probe("n1"));
    EXPECT_EQ(owner.run(RecordLetGo{volume.uuid(), volume.epoch(), "v0"}), "IT STILL HAS THE LEGS");
    model::record_let_go(world.volume());
    StrictMachine other(world.store, world.probe("n2"));
    EXPECT_EQ(other.run(RecordReceipt{volume.uuid(), volume.epoch(),
                                      volume.legs(0).members(1).uuid(), "disk d1 on node n2"}),
              "AN OWNER BEFORE STILL REACHES THE MEMBER");
}

/// A gate that was there no more, because its node had restarted, admits nothing.
TEST(Apart, AGateThatIsGoneGivesItsReceipt) {
    Apart world;
    model::change_owner(world.volume(), 2);
    world.run("n1");
    world.kernels["n2"] = {};
    world.settle();
    EXPECT_TRUE(world.has_legs("n4", 2));
}

/// The node of the owner is gone, and what it has in flight is none of its members' business.
TEST(Apart, AnOwnerThatIsGoneIsNotWaitedFor) {
    Apart world;
    model::change_owner(world.volume(), 2);
    model::force_handover(world.volume());
    v1::LogicalDisk& lost = *world.volume().mutable_legs(0)->mutable_members(0);
    lost.set_sync(v1::LogicalDisk::STALE);
    for (int i = 0; i < 4; i++) {
        for (const char* node : {"n2", "n3", "n4"})
            world.run(node);
    }
    EXPECT_TRUE(world.has_legs("n4", 2));
    EXPECT_TRUE(world.has_legs("n1", 0)) << "it does not know yet";
    EXPECT_THAT(world.clients_of(world.volume().legs(0).members(1)), testing::ElementsAre("n4"));

    // It is back: its hosts are cut off before they hear of any failure.
    const auto plan = world.sentences_of("n1");
    EXPECT_THAT(plan, Not(Contains(StartsWith("fence dm device dnvme-front-"))));
    const auto at = [&](const std::string& what) {
        return std::find_if(plan.begin(), plan.end(),
                            [&](const auto& sentence) { return sentence.starts_with(what); });
    };
    EXPECT_LT(at("unlink nvmet subsystem"), at("fail member"));
    world.settle();
    EXPECT_FALSE(world.has_legs("n1", 0));
    EXPECT_TRUE(world.volume().handover().released());
    expect_one_client(world);
}

TEST(Apart, IsDeletedEverywhere) {
    Apart world;
    model::change_owner(world.volume(), 1);
    world.settle();
    world.volume().clear_hosts();
    world.volume().set_deleting(true);
    world.settle();
    EXPECT_THAT(world.store.volumes, IsEmpty());
    for (const auto& [name, kernel] : world.kernels) {
        EXPECT_THAT(kernel.dm, IsEmpty()) << name;
        EXPECT_THAT(kernel.subsystems, IsEmpty()) << name;
        EXPECT_THAT(kernel.connections, IsEmpty()) << name;
    }
}

TEST(Apart, AFrontHasItsLegsThroughAGateThatProbesAllMembers) {
    Apart world(v1::REDUNDANCY_RAID1, 2);
    EXPECT_EQ(world.lease("n1"),
              "1 8 1 {dm:" + model::dm_uuid(DmKind::thin, world.volume().legs(0).uuid()) +
                  "} 0 6 lease_ms 5000 probe 2 " + world.part(DmKind::rdata, 0) + " " +
                  world.part(DmKind::rdata, 1));
    EXPECT_THAT(world.lease("n1", 1), HasSubstr("probe 2"));
    EXPECT_EQ(world.lease("n2"), "") << "it has no leg";
    EXPECT_EQ(Apart(v1::REDUNDANCY_NONE).lease("n1"), "") << "there is no copy to go on reading";
}

TEST(Apart, AMemberThatIsStaleIsNotProbedAnyMore) {
    Apart world;
    world.member(1).set_sync(v1::LogicalDisk::STALE);
    const auto plan = world.sentences_of("n1");
    const auto at = [&](const std::string& what) {
        return std::find_if(plan.begin(), plan.end(),
                            [&](const auto& sentence) { return sentence.starts_with(what); });
    };
    EXPECT_LT(at("fail what member gate"), at("reload dm device dnvme-leg-"));
    EXPECT_LT(at("reload dm device dnvme-raid-"), at("reload dm device dnvme-leg-"));
    EXPECT_LT(at("reload dm device dnvme-leg-"), at("remove dm device dnvme-rdata-"));
    EXPECT_EQ(std::count_if(plan.begin(), plan.end(),
                            [](const auto& sentence) {
                                return sentence.starts_with("reload dm device dnvme-leg-");
                            }),
              1);
    world.settle();
    EXPECT_THAT(world.lease("n1"), testing::EndsWith("probe 1 " + world.part(DmKind::rdata, 0)));

    world.member(1).set_sync(v1::LogicalDisk::REBUILDING);
    world.settle();
    EXPECT_THAT(world.lease("n1"), HasSubstr("probe 2")) << "before it is recorded in-sync";
    EXPECT_THAT(world.sentences_of("n1"), IsEmpty());
}

/// Until its leg would notice that it is gone: an owner that is cut off must not go on reading
/// (L5).
TEST(Apart, AMemberThatIsNotProbedIsNotRecordedInSync) {
    Apart world;
    world.member(1).set_sync(v1::LogicalDisk::REBUILDING);
    world.settle();
    KernelState& kernel = world.kernels["n1"];
    const std::string leg = world.volume().legs(0).uuid();
    kernel.dm.at(model::dm_uuid(DmKind::raid, leg)).raid = {.letters = "AA", .idle = true};
    MemberHistory history;
    history.synced = {world.member(1).uuid()};
    ASSERT_THAT(world.decide("n1", history).records, testing::SizeIs(1));

    DmDevice& gate = kernel.dm.at(model::dm_uuid(DmKind::leg, leg));
    gate.table = lease_device(world.volume().legs(0), {world.member(1).uuid()}).table;
    EXPECT_THAT(world.decide("n1", history).records, IsEmpty());
    world.settle();
    kernel.dm.at(model::dm_uuid(DmKind::raid, leg)).raid = {.letters = "AA", .idle = true};
    EXPECT_THAT(world.decide("n1", history).records, testing::SizeIs(1));
}

/// Controller 0 and member 0 are lost together with n1.
struct Lost : Apart {
    explicit Lost(v1::Redundancy redundancy = v1::REDUNDANCY_RAID1) : Apart(redundancy) {
        model::change_owner(volume(), 2);
        model::force_handover(volume());
    }
    void run_the_others() {
        for (int i = 0; i < 4; i++) {
            for (const char* node : {"n2", "n3", "n4"})
                run(node);
        }
    }
};

TEST(Lost, AMemberWithoutReceiptIsLeftOutWhenTheLeaseHasRunOut) {
    Lost world;
    EXPECT_THAT(world.decide("n4").unreceipted, IsEmpty()) << "the lease can be renewed yet";
    world.run_the_others();
    EXPECT_THAT(world.down("n4"), HasSubstr("the receipt of disk d0 on node n1"));
    const MemberDecisions waits = world.decide("n4");
    EXPECT_THAT(waits.unreceipted, testing::SizeIs(1));
    EXPECT_THAT(waits.records, IsEmpty());
    EXPECT_TRUE(waits.pending());

    const MemberDecisions over = world.decide("n4", waited_out(waits.unreceipted));
    ASSERT_THAT(over.records, testing::SizeIs(1));
    EXPECT_EQ(over.records[0].member_uuid, world.member(0).uuid());
    EXPECT_EQ(over.records[0].to, v1::LogicalDisk::STALE);
    world.store = with_records(world.store, over.records, 0);
    world.run_the_others();
    EXPECT_TRUE(world.has_legs("n4", 2));
    EXPECT_THAT(world.decide("n4").unreceipted, IsEmpty());

    world.settle();
    EXPECT_FALSE(world.has_legs("n1", 0));
    expect_one_client(world);
}

TEST(Lost, AWaitOfAnEarlierEpochCountsForNothing) {
    Lost world;
    world.run_the_others();
    const auto waited = world.decide("n4").unreceipted;
    world.volume().set_epoch(world.volume().epoch() + 1);
    EXPECT_THAT(world.decide("n4", waited_out(waited)).records, IsEmpty());
}

TEST(Lost, WhereTheOthersAreNotEnoughAllAreWaitedFor) {
    for (const auto redundancy : {v1::REDUNDANCY_NONE, v1::REDUNDANCY_RAID5}) {
        Lost world(redundancy);
        world.run_the_others();
        EXPECT_THAT(world.decide("n4").unreceipted, IsEmpty());
    }
    Lost world;
    world.member(1).set_sync(v1::LogicalDisk::STALE);
    world.run_the_others();
    EXPECT_THAT(world.decide("n4").unreceipted, IsEmpty()) << "it has the last copy";
}

/// What waits for a lease that nobody gets any more would keep its front from going.
TEST(Lost, ItsLegsFailWhatTheyHoldWhenItIsBack) {
    Lost world;
    world.run_the_others();
    for (auto& [uuid, device] : world.kernels["n1"].dm) {
        if (uuid.find("-leg-") != std::string::npos)
            device.leg = DNVME_STATE_EXPIRED;
    }
    const auto plan = world.sentences_of("n1");
    const auto fail = std::find_if(plan.begin(), plan.end(), [](const auto& sentence) {
        return sentence.starts_with("fail what leg gate");
    });
    ASSERT_NE(fail, plan.end());
    EXPECT_TRUE(std::none_of(plan.begin(), fail, [](const auto& sentence) {
        return sentence.starts_with("remove dm device");
    }));
}

class ApartAtRandom : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(Seeds, ApartAtRandom, testing::Range(0U, 60U));

/// Agents that run in any order, and die after any step; owners that change before the last change
/// is done.
TEST_P(ApartAtRandom, NoTwoReachAMemberWhateverHappens) {
    Random random{GetParam()};
    constexpr v1::Redundancy redundancies[] = {v1::REDUNDANCY_NONE, v1::REDUNDANCY_RAID1,
                                               v1::REDUNDANCY_RAID5, v1::REDUNDANCY_RAID10};
    Apart world(redundancies[GetParam() % 4], static_cast<int>(1 + random() % 2));
    std::uint64_t epoch = world.volume().epoch();
    for (int i = 0; i < 40 && !testing::Test::HasFailure(); i++) {
        if (model::may_hand_over(world.volume()) && one_in(random, 8))
            model::change_owner(world.volume(), static_cast<std::uint32_t>(random() % 3));
        if (world.volume().has_handover() && one_in(random, 20))
            model::force_handover(world.volume());
        if (one_in(random, 6))
            world.do_without_the_unreceipted();
        const std::string node = "n" + std::to_string(1 + random() % 4);
        world.run(node, one_in(random, 2) ? random() % 12 : SIZE_MAX);
        expect_one_client(world);
        EXPECT_GE(world.volume().epoch(), epoch);
        epoch = world.volume().epoch();
    }
    world.settle();
    const std::uint32_t owner = world.volume().owner();
    for (std::uint32_t number = 0; number < 3; number++) {
        const std::string node = model::Places(world.store).node_of(world.volume(), number);
        EXPECT_EQ(world.has_legs(node, number), number == owner);
    }
}

}  // namespace
}  // namespace dnvme::plan
