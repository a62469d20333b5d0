// SPDX-License-Identifier: Apache-2.0
// Volumes with members on several nodes.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/layout.h"
#include "model/names.h"
#include "model/places.h"
#include "random_cluster.h"
#include "sample.h"
#include "world.h"

namespace dnvme::plan {
namespace {

using model::DmKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

/// A mirror with a member on n1 and one on n2, served by n1.
struct Mirror : World {
    explicit Mirror(int nodes = 2) : World(nodes_with_disks(nodes)) {
        v1::Volume& added = add_volume(store, "v0", 1, v1::REDUNDANCY_RAID1);
        EXPECT_TRUE(model::settle(store, added, "n1"));
        attach(added, "h0");
    }
    v1::Volume& volume() { return store.volumes.at("v0"); }
    v1::LogicalDisk& member(int index) { return *volume().mutable_legs(0)->mutable_members(index); }
    std::string nqn() { return model::logical_disk_nqn(member(1).uuid()); }
};

std::string params(const KernelState& kernel, DmKind kind, const std::string& uuid) {
    const auto device = kernel.dm.find(model::dm_uuid(kind, uuid));
    return device == kernel.dm.end() ? "none" : device->second.table.at(0).params;
}

TEST(Nodes, TheOtherNodeExportsItsMemberToTheVolumesNodeOnly) {
    Mirror world;
    const Desired desired = world.desire("n2");
    EXPECT_THAT(desired.down, IsEmpty());
    EXPECT_THAT(desired.unformatted, IsEmpty()) << "it would wipe what n1 uses";
    EXPECT_EQ(desired.kernel.dm.size(), 2U);
    EXPECT_THAT(params(desired.kernel, DmKind::gate, world.member(1).uuid()),
                testing::StartsWith("1 8 1 {dm:DNVME-ld-"));
    ASSERT_THAT(desired.kernel.subsystems, ElementsAre(Pair(world.nqn(), testing::_)));
    const NvmetSubsystem& subsystem = desired.kernel.subsystems.at(world.nqn());
    EXPECT_THAT(subsystem.allowed_hosts,
                ElementsAre(model::node_nqn(world.store.nodes.at("n1").uuid())));
    EXPECT_EQ(subsystem.namespaces.at(1).uuid, world.member(1).uuid());
    EXPECT_EQ(subsystem.namespaces.at(1).device_uuid,
              model::dm_uuid(DmKind::gate, world.member(1).uuid()));
    ASSERT_EQ(desired.kernel.ports.size(), 1U);
    const NvmetPort& port = desired.kernel.ports.begin()->second;
    EXPECT_EQ(port.address, "192.0.2.2");
    EXPECT_EQ(port.service, 4421) << "port 4420 of either node is the volume's";
}

TEST(Nodes, AVolumeWaitsUntilAllItsMembersAreConnected) {
    Mirror world;
    const Desired desired = world.desire("n1");
    EXPECT_EQ(desired.down.at(world.volume().uuid()),
              "waits for a connection to disk d1 on node n2");
    EXPECT_THAT(desired.kernel.dm, IsEmpty());
    EXPECT_THAT(sentences(world.plan("n1")),
                ElementsAre("load module nvme_tcp",
                            "connect to nvmet subsystem " + world.nqn() +
                                " at 192.0.2.2:4421 as "
                                "nqn.2014-08.org.nvmexpress:uuid:bb000000-0000-4000-8000-"
                                "000000000000"));
}

TEST(Nodes, ARaidStandsOnTheGateHereAndOnTheDeviceOfTheConnection) {
    Mirror world;
    world.settle();
    const KernelState& kernel = world.kernels.at("n1");
    EXPECT_THAT(params(kernel, DmKind::rmeta, world.member(0).uuid()),
                HasSubstr("{dm:DNVME-gate-"));
    EXPECT_EQ(params(kernel, DmKind::rmeta, world.member(1).uuid()),
              "1 8 1 {nvme:" + world.member(1).uuid() + "} 0 1 hold_on_error");
    EXPECT_EQ(params(kernel, DmKind::gate, world.member(1).uuid()), "none");
    EXPECT_TRUE(world.volume().legs(0).formatted());
    EXPECT_THAT(world.desire("n1").down, IsEmpty());
}

TEST(Nodes, AVolumeMayHaveAllItsMembersElsewhere) {
    for (const auto redundancy : {v1::REDUNDANCY_NONE, v1::REDUNDANCY_RAID1}) {
        World world(nodes_with_disks(3));
        v1::Volume& volume = add_volume(world.store, "v0", 1, redundancy);
        ASSERT_TRUE(model::settle(world.store, volume, "n3"));
        world.settle();
        const KernelState& kernel = world.kernels.at("n3");
        EXPECT_EQ(kernel.connections.size(),
                  static_cast<std::size_t>(volume.legs(0).members_size()));
        EXPECT_NE(params(kernel, DmKind::front, volume.uuid()), "none");
    }
}

TEST(Nodes, OthersLeaveItAlone) {
    Mirror world(3);
    world.settle();
    EXPECT_EQ(world.kernels.at("n3"), KernelState());
    EXPECT_THAT(world.desire("n3").down, IsEmpty());
}

/// Nothing was written that it has missed, so nothing of it is touched.
TEST(Nodes, AConnectionThatBrokeIsNotTouchedNorWhatStandsOnIt) {
    Mirror world;
    world.settle();
    world.kernels.at("n2") = {};
    EXPECT_THAT(world.desire("n1").down, IsEmpty());
    EXPECT_THAT(sentences(world.plan("n1")), IsEmpty());
}

/// Its table leads to a device that is no more.
TEST(Nodes, WhatStandsOnAConnectionThatWentIsLedToTheNewOne) {
    Mirror world;
    world.settle();
    KernelState& kernel = world.kernels.at("n1");
    kernel.connections.clear();
    const std::string rdata = model::dm_uuid(DmKind::rdata, world.member(1).uuid());
    kernel.dm.at(rdata).table.at(0).params = "1 8 1 259:7 8192 1 hold_on_error";
    EXPECT_THAT(sentences(world.plan("n1")),
                ElementsAre(testing::StartsWith("connect to nvmet subsystem " + world.nqn())));
    world.run("n1");
    EXPECT_THAT(sentences(world.plan("n1")),
                ElementsAre(testing::StartsWith("reload dm device dnvme-rdata-")));
}

TEST(Nodes, AnExportStaysUntilTheVolumesNodeHasLetGo) {
    Mirror world;
    world.settle();
    world.volume().set_deleting(true);
    const std::string nqn = world.nqn();
    EXPECT_EQ(world.run("n2"), 0U);
    EXPECT_TRUE(world.kernels.at("n2").subsystems.contains(nqn));
    const auto plan = sentences(world.plan("n1"));
    EXPECT_EQ(plan.at(plan.size() - 2),
              "disconnect from nvmet subsystem " + nqn +
                  " as nqn.2014-08.org.nvmexpress:uuid:bb000000-0000-4000-8000-000000000000");
    EXPECT_EQ(plan.back(), "forget volume v0");
    world.settle();
    EXPECT_THAT(world.store.volumes, IsEmpty());
}

/// Of two members on one node the one whose disk is there is exported.
TEST(Nodes, AMissingDiskHoldsUpNoOtherExport) {
    World world(nodes_with_disks(2));
    v1::Volume& volume = add_volume(world.store, "v0", 2, v1::REDUNDANCY_RAID1);
    ASSERT_TRUE(model::settle(world.store, volume, "n1"));
    const Desired desired =
        build_desired(world.store, {world.store.disks.at("d3").uuid()}, {.node = "n2"});
    EXPECT_THAT(desired.down, ElementsAre(Pair(volume.uuid(), "waits for disk d1 on node n2")));
    EXPECT_EQ(desired.kernel.subsystems.size(), 1U);
    // What is there of the other one stays.
    world.settle();
    EXPECT_THAT(sentences(make_plan(world.store, desired, world.probe("n2"))), IsEmpty());
}

/// A stock host of the same machine may be connected to whatever it likes.
TEST(Nodes, ConnectionsOfOthersAreNotTouched) {
    Mirror world;
    KernelState kernel;
    kernel.connections["nqn.2014-08.org.nvmexpress:uuid:" + sample_uuid("99", 0)] = {
        .nqn = "nqn.2014-08.org.nvmexpress:uuid:" + sample_uuid("99", 0),
        .address = "192.0.2.9",
        .service = 4420,
        .host_nqn = "nqn.2014-08.com.example:other",
        .live = true,
        .device = ""};
    for (const char* node : {"n1", "n2"}) {
        for (const std::string& line :
             sentences(make_plan(world.store, world.desire(node), kernel)))
            EXPECT_THAT(line, testing::Not(HasSubstr("disconnect")));
    }
}

TEST(Nodes, AHeadIsForgottenByItsOwnNode) {
    World world(nodes_with_disks(2));
    v1::Head& head = world.store.heads["hd"];
    head.set_uuid(sample_uuid("dd", 9));
    head.set_name("hd");
    head.set_node("n2");
    head.set_deleting(true);
    EXPECT_THAT(world.plan("n1"), IsEmpty());
    EXPECT_THAT(sentences(world.plan("n2")), ElementsAre("forget head hd"));
}

TEST(Nodes, ChecksRefuseToPullADeviceFromUnderALeg) {
    Mirror world;
    world.settle();
    const std::string client = model::node_nqn(world.store.nodes.at("n1").uuid());
    const KernelState kernel = world.probe("n1");
    const Status cut = check_plan({Disconnect{.nqn = world.nqn(), .host_nqn = client}}, kernel);
    ASSERT_FALSE(cut);
    EXPECT_THAT(cut.error().message(), HasSubstr("something stands on it"));
    EXPECT_FALSE(check_plan({Disconnect{.nqn = world.nqn(), .host_nqn = "other"}}, kernel));
    EXPECT_FALSE(check_plan({WipeRemote{.logical_disk = world.member(1).uuid()}}, kernel));
    EXPECT_FALSE(check_plan({WipeRemote{.logical_disk = sample_uuid("99", 1)}}, kernel));
    EXPECT_FALSE(check_plan({Connect{kernel.connections.at(world.nqn())}}, kernel));
}

// --- whatever the cluster ---

model::Cluster random_nodes(Random& random) {
    model::Cluster cluster = nodes_with_disks(static_cast<int>(2 + random() % 2));
    const int volumes = static_cast<int>(1 + random() % 3);
    for (int i = 0; i < volumes; i++) {
        v1::Volume& volume =
            add_volume(cluster, fmt::format("v{}", i), static_cast<int>(1 + random() % 3),
                       one_in(random, 2) ? v1::REDUNDANCY_NONE : v1::REDUNDANCY_RAID1);
        // Away from those that settle() gives to members.
        volume.set_port_offset(static_cast<std::uint32_t>(100 + i));
        if (one_in(random, 3))
            add_standby(volume);
        if (one_in(random, 2))
            attach(volume, "h0");
        const std::string node = one_in(random, 2) ? "" : fmt::format("n{}", 1 + random() % 2);
        EXPECT_TRUE(model::settle(cluster, volume, node));
    }
    return cluster;
}

void expect_same(const KernelState& kernel, const KernelState& desired) {
    EXPECT_EQ(kernel.dm, desired.dm);
    EXPECT_EQ(kernel.subsystems, desired.subsystems);
    EXPECT_EQ(kernel.ports, desired.ports);
    EXPECT_EQ(kernel.hosts, desired.hosts);
    EXPECT_EQ(kernel.connections, desired.connections);
}

void expect_settled(const World& world) {
    std::size_t connections = 0;
    std::size_t exports = 0;
    for (const auto& [name, node] : world.store.nodes) {
        const Desired desired = world.desire(name);
        const KernelState kernel = world.probe(name);
        EXPECT_THAT(desired.down, IsEmpty());
        EXPECT_THAT(desired.growing, IsEmpty());
        expect_same(kernel, desired.kernel);
        for (const auto& [nqn, connection] : kernel.connections) {
            EXPECT_TRUE(connection.live) << "nobody exports " << nqn;
            connections++;
        }
        for (const auto& [nqn, subsystem] : kernel.subsystems) {
            const std::string& device = subsystem.namespaces.at(1).device_uuid;
            exports += device.starts_with("DNVME-gate-") ? 1 : 0;
        }
    }
    EXPECT_EQ(connections, exports) << "an export has no client";
}

void expect_nothing_left(const World& world) {
    EXPECT_THAT(world.store.volumes, IsEmpty());
    for (const auto& [name, kernel] : world.kernels) {
        EXPECT_THAT(kernel.dm, IsEmpty()) << name;
        EXPECT_THAT(kernel.subsystems, IsEmpty()) << name;
        EXPECT_THAT(kernel.ports, IsEmpty()) << name;
        EXPECT_THAT(kernel.hosts, IsEmpty()) << name;
        EXPECT_THAT(kernel.connections, IsEmpty()) << name;
    }
}

/// Daemons that die in the middle, in any order.
void disturb(World& world, Random& random) {
    for (int i = 0; i < 6; i++) {
        const std::string node = fmt::format("n{}", 1 + random() % world.store.nodes.size());
        world.run(node, random() % 20);
    }
}

class AnyNodes : public testing::TestWithParam<unsigned> {
  protected:
    Random random_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Seeds, AnyNodes, testing::Range(0U, 20U));

TEST_P(AnyNodes, BuildWhatFitsTogetherGrowAndLeaveNothing) {
    for (int i = 0; i < 5; i++) {
        World world(random_nodes(random_));
        disturb(world, random_);
        ASSERT_NO_FATAL_FAILURE(world.settle());
        ASSERT_NO_FATAL_FAILURE(expect_settled(world));
        for (const auto& [name, volume] : model::Cluster(world.store).volumes)
            grow(world.store, name, (1 + random_() % 40) << 30);
        disturb(world, random_);
        ASSERT_NO_FATAL_FAILURE(world.settle());
        ASSERT_NO_FATAL_FAILURE(expect_settled(world));
        for (auto& [name, volume] : world.store.volumes)
            volume.set_deleting(true);
        disturb(world, random_);
        ASSERT_NO_FATAL_FAILURE(world.settle());
        ASSERT_NO_FATAL_FAILURE(expect_nothing_left(world));
        if (HasFailure())
            return;
    }
}

}  // namespace
}  // namespace dnvme::plan
