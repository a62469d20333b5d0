// SPDX-License-Identifier: Apache-2.0
// What make_plan() does in single situations; see property_test.cpp for what always holds.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

const std::string kNqn = "nqn.2014-08.org.nvmexpress:uuid:" + sample_uuid("ee", 0);
const std::string kHost0 = "nqn.2014-08.com.example:h0";
const std::string kHost1 = "nqn.2014-08.com.example:h1";

/// Volume v0 of one leg, formatted, with the hosts given.
model::Cluster one_volume(const std::vector<std::string>& hosts) {
    model::Cluster cluster = sample_cluster();
    v1::Volume& volume = add_volume(cluster, "v0", 1, v1::REDUNDANCY_NONE);
    for (const std::string& host : hosts)
        attach(volume, host);
    format_all(cluster);
    return cluster;
}

std::string device(model::DmKind kind, const std::string& uuid) {
    return model::dm_name(kind, uuid);
}

TEST(Plan, IsEmptyWhenAllIsThere) {
    EXPECT_THAT(plan_for(sample_cluster(), {}), IsEmpty());
    const model::Cluster cluster = one_volume({"h0", "h1"});
    EXPECT_THAT(plan_for(cluster, built(cluster)), IsEmpty());
}

TEST(Plan, AttachOfTheFirstHostOpensThePortLast) {
    EXPECT_THAT(plan_for(one_volume({"h0"}), built(one_volume({}))),
                ElementsAre("load module nvmet_tcp", "create nvmet host " + kHost0,
                            "allow host " + kHost0 + " on nvmet subsystem " + kNqn,
                            "create nvmet port 1 at 192.0.2.1:4420",
                            "link nvmet subsystem " + kNqn + " to port 1"));
}

TEST(Plan, AttachOfAnotherHostCutsNobody) {
    EXPECT_THAT(plan_for(one_volume({"h0", "h1"}), built(one_volume({"h0"}))),
                ElementsAre("create nvmet host " + kHost1,
                            "allow host " + kHost1 + " on nvmet subsystem " + kNqn));
}

TEST(Plan, DetachCutsBeforeTheHostLosesItsPermission) {
    EXPECT_THAT(
        plan_for(one_volume({"h1"}), built(one_volume({"h0", "h1"}))),
        ElementsAre("unlink nvmet subsystem " + kNqn + " from port 1",
                    "disallow host " + kHost0 + " on nvmet subsystem " + kNqn,
                    "remove nvmet host " + kHost0, "link nvmet subsystem " + kNqn + " to port 1"));
}

TEST(Plan, DetachOfTheLastHostClosesThePort) {
    EXPECT_THAT(
        plan_for(one_volume({}), built(one_volume({"h0"}))),
        ElementsAre("unlink nvmet subsystem " + kNqn + " from port 1", "remove nvmet port 1",
                    "disallow host " + kHost0 + " on nvmet subsystem " + kNqn,
                    "remove nvmet host " + kHost0));
}

TEST(Plan, DetachWithoutALinkHasNothingToCut) {
    KernelState actual = built(one_volume({"h0", "h1"}));
    actual.ports.at(1).subsystems.clear();
    EXPECT_THAT(
        plan_for(one_volume({"h1"}), actual),
        ElementsAre("disallow host " + kHost0 + " on nvmet subsystem " + kNqn,
                    "remove nvmet host " + kHost0, "link nvmet subsystem " + kNqn + " to port 1"));
}

TEST(Plan, DeleteGoesFromTheTopDownAndForgetsLast) {
    model::Cluster cluster = one_volume({"h0"});
    const KernelState actual = built(cluster);
    v1::Volume& volume = cluster.volumes["v0"];
    volume.set_deleting(true);
    const std::string leg = volume.legs(0).uuid();
    const std::string member = volume.legs(0).members(0).uuid();
    EXPECT_THAT(
        plan_for(cluster, actual),
        ElementsAre("unlink nvmet subsystem " + kNqn + " from port 1", "remove nvmet port 1",
                    "remove namespace 1 of nvmet subsystem " + kNqn,
                    "disallow host " + kHost0 + " on nvmet subsystem " + kNqn,
                    "remove nvmet subsystem " + kNqn, "remove nvmet host " + kHost0,
                    "remove dm device " + device(model::DmKind::front, volume.uuid()),
                    "remove dm device " + device(model::DmKind::thin, leg),
                    "remove dm device " + device(model::DmKind::pool, leg),
                    "remove dm device " + device(model::DmKind::tdata, leg),
                    "remove dm device " + device(model::DmKind::tmeta, leg),
                    "remove dm device " + device(model::DmKind::gate, member),
                    "remove dm device " + device(model::DmKind::ld, member), "forget volume v0"));
}

TEST(Plan, HostIsForgottenOnceItsEntryIsGone) {
    model::Cluster cluster = one_volume({});
    const KernelState actual = built(one_volume({"h0"}));
    cluster.hosts["h0"].set_deleting(true);
    const auto plan = plan_for(cluster, actual);
    ASSERT_EQ(plan.size(), 5U);
    EXPECT_EQ(plan[3], "remove nvmet host " + kHost0);
    EXPECT_EQ(plan[4], "forget host h0");
}

/// Else the next host of that name could connect to a volume that it was never attached to.
TEST(Plan, HostThatAVolumeListsIsNotForgotten) {
    model::Cluster cluster = one_volume({"h0"});
    const KernelState actual = built(cluster);
    cluster.hosts["h0"].set_deleting(true);
    const auto plan = plan_for(cluster, actual);
    EXPECT_THAT(plan, Contains("disallow host " + kHost0 + " on nvmet subsystem " + kNqn));
    EXPECT_THAT(plan, Not(Contains("forget host h0")));
}

TEST(Plan, EntriesOfUnknownHostsAreNotOurs) {
    KernelState actual;
    actual.hosts = {"nqn.2014-08.com.example:somebody"};
    EXPECT_THAT(plan_for(sample_cluster(), actual), IsEmpty());
}

TEST(Plan, LeftoversOfAVolumeThatNobodyKnowsGo) {
    const KernelState actual = built(one_volume({"h0"}));
    const auto plan = plan_for(sample_cluster(), actual);
    EXPECT_EQ(plan.front(), "unlink nvmet subsystem " + kNqn + " from port 1");
    EXPECT_THAT(plan, Contains("remove nvmet host " + kHost0));
    EXPECT_THAT(plan.back(), StartsWith("remove dm device dnvme-ld-"));
    KernelState left = actual;
    for (const Action& action : make_plan(sample_cluster(), desire(sample_cluster()), actual))
        apply_to(left, action);
    left.modules.clear();
    EXPECT_EQ(left, KernelState{});
}

TEST(Plan, SuspendedDevicesAreResumedFromTheBottom) {
    const model::Cluster cluster = one_volume({});
    KernelState actual = built(cluster);
    for (auto& [uuid, device] : actual.dm)
        device.suspended = device.table.at(0).type == "dnvme";
    const v1::Volume& volume = cluster.volumes.at("v0");
    EXPECT_THAT(plan_for(cluster, actual),
                ElementsAre("resume dm device " +
                                device(model::DmKind::gate, volume.legs(0).members(0).uuid()),
                            "resume dm device " + device(model::DmKind::front, volume.uuid())));
}

TEST(Plan, ChangedTableIsReloadedInPlace) {
    model::Cluster cluster = one_volume({"h0"});
    const KernelState actual = built(cluster);
    cluster.volumes["v0"].set_epoch(2);
    const auto plan = plan_for(cluster, actual);
    ASSERT_EQ(plan.size(), 1U);
    EXPECT_THAT(plan[0], StartsWith("reload dm device dnvme-front-"));
    EXPECT_THAT(plan[0], HasSubstr(" dnvme 2 128 1 "));
}

TEST(Plan, FirstSynchronisationIsNoDifference) {
    model::Cluster cluster = sample_cluster();
    add_volume(cluster, "v0", 1, v1::REDUNDANCY_RAID1);
    format_all(cluster);
    KernelState actual = built(cluster);
    DmTarget& raid =
        actual.dm.at(model::dm_uuid(model::DmKind::raid, cluster.volumes["v0"].legs(0).uuid()))
            .table[0];
    raid.params.replace(0, std::string("raid1 3 0").size(), "raid1 4 0 nosync");
    EXPECT_THAT(plan_for(cluster, actual), IsEmpty());
}

TEST(Plan, LaterAssemblyNeverSaysNosync) {
    model::Cluster cluster = sample_cluster();
    add_volume(cluster, "v0", 2, v1::REDUNDANCY_RAID1);
    format_all(cluster);
    EXPECT_THAT(plan_for(cluster, {}), Not(Contains(HasSubstr("nosync"))));
    EXPECT_THAT(plan_for(cluster, {}), Not(Contains(StartsWith("wipe"))));
    EXPECT_THAT(plan_for(cluster, {}), Not(Contains(StartsWith("create thin volume"))));
}

/// dm-raid forgets after a crash which regions differ, unless every assembly reminds it.
TEST(Plan, LaterAssemblyHasDirtyRegionsResynced) {
    model::Cluster cluster = sample_cluster();
    const v1::Leg& leg = add_volume(cluster, "v0", 1, v1::REDUNDANCY_RAID1).legs(0);
    EXPECT_THAT(plan_for(cluster, {}), Not(Contains(HasSubstr("resynced"))));
    format_all(cluster);
    const auto plan = plan_for(cluster, {});
    const auto raid = std::find_if(plan.begin(), plan.end(), [&](const std::string& sentence) {
        return sentence.starts_with("create dm device " + device(model::DmKind::raid, leg.uuid()));
    });
    ASSERT_NE(raid, plan.end());
    for (int i = 0; i < 2; i++)
        EXPECT_EQ(raid[i - 2], "have dirty regions of dm device " +
                                   device(model::DmKind::rmeta, leg.members(i).uuid()) +
                                   " resynced");
    EXPECT_THAT(plan_for(cluster, built(cluster)), IsEmpty());
}

TEST(Plan, HalfBuiltLegIsTakenDownToItsGatesAndBuiltAnew) {
    model::Cluster cluster = one_volume({"h0"});
    const KernelState actual = built(cluster);
    v1::Leg& leg = *cluster.volumes["v0"].mutable_legs(0);
    leg.set_formatted(false);
    const auto plan = plan_for(cluster, actual);
    EXPECT_EQ(plan.front(), "unlink nvmet subsystem " + kNqn + " from port 1");
    EXPECT_EQ(plan.back(), "link nvmet subsystem " + kNqn + " to port 1");
    const std::string gate = device(model::DmKind::gate, leg.members(0).uuid());
    EXPECT_THAT(plan, Not(Contains("remove dm device " + gate)));
    const auto wipe =
        std::find(plan.begin(), plan.end(), "wipe dm device " + gate + ": 1 MiB from byte 0");
    ASSERT_NE(wipe, plan.end());
    EXPECT_EQ(wipe[-1], "remove dm device " + device(model::DmKind::tmeta, leg.uuid()));
    EXPECT_THAT(wipe[1],
                StartsWith("create dm device " + device(model::DmKind::tmeta, leg.uuid())));
}

TEST(Plan, PortThatMovedIsMadeAnew) {
    model::Cluster cluster = one_volume({"h0"});
    const KernelState actual = built(cluster);
    cluster.nodes["n1"].mutable_portals(0)->set_port(5000);
    EXPECT_THAT(plan_for(cluster, actual),
                ElementsAre("unlink nvmet subsystem " + kNqn + " from port 1",
                            "remove nvmet port 1", "create nvmet port 1 at 192.0.2.1:5000",
                            "link nvmet subsystem " + kNqn + " to port 1"));
}

TEST(Plan, NamespaceOnAnotherDeviceIsReplacedBehindACut) {
    const model::Cluster cluster = one_volume({"h0"});
    KernelState actual = built(cluster);
    actual.subsystems.at(kNqn).namespaces.at(1).device_uuid = "";
    EXPECT_THAT(plan_for(cluster, actual),
                ElementsAre("unlink nvmet subsystem " + kNqn + " from port 1",
                            "remove namespace 1 of nvmet subsystem " + kNqn,
                            StartsWith("create namespace 1 of nvmet subsystem " + kNqn),
                            "link nvmet subsystem " + kNqn + " to port 1"));
}

TEST(Plan, DownVolumeKeepsItsConnections) {
    const model::Cluster cluster = one_volume({"h0"});
    const Desired desired = build_desired(cluster, {}, sample_settings());
    ASSERT_EQ(desired.down.size(), 1U);
    EXPECT_THAT(sentences(make_plan(cluster, desired, built(cluster))), IsEmpty());
}

TEST(Plan, DetachFromADownVolumeTakesEffect) {
    const model::Cluster cluster = one_volume({"h1"});
    const Desired desired = build_desired(cluster, {}, sample_settings());
    EXPECT_THAT(
        sentences(make_plan(cluster, desired, built(one_volume({"h0", "h1"})))),
        ElementsAre("unlink nvmet subsystem " + kNqn + " from port 1",
                    "disallow host " + kHost0 + " on nvmet subsystem " + kNqn,
                    "remove nvmet host " + kHost0, "link nvmet subsystem " + kNqn + " to port 1"));
    EXPECT_THAT(
        sentences(make_plan(cluster, desired, built(one_volume({"h0"})))),
        ElementsAre("unlink nvmet subsystem " + kNqn + " from port 1", "remove nvmet port 1",
                    "disallow host " + kHost0 + " on nvmet subsystem " + kNqn,
                    "remove nvmet host " + kHost0));
}

}  // namespace
}  // namespace dnvme::plan
