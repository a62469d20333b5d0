// SPDX-License-Identifier: Apache-2.0
// Requests that are carried out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "machine.h"
#include "model/names.h"

namespace dnvme::daemon {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::SizeIs;
using testing::StartsWith;

class OperationsTest : public Machine {
  protected:
    [[nodiscard]] std::vector<std::string> history_since(std::size_t from) const {
        return {sim_.history().begin() + static_cast<std::ptrdiff_t>(from), sim_.history().end()};
    }
};

TEST_F(OperationsTest, NodeIsRecordedAndShown) {
    ASSERT_DONE(create_node());
    const v1::Node node = cluster().nodes.at("n1");
    EXPECT_EQ(node.uuid().size(), 36U);
    EXPECT_EQ(node.portals(0).address(), "192.0.2.1");
    ASSERT_THAT(last_.events, SizeIs(2));
    EXPECT_TRUE(last_.events[0].has_plan());
    EXPECT_EQ(last_.events[1].node().node().uuid(), node.uuid());
    ASSERT_DONE(delete_node("n1"));
    EXPECT_THAT(cluster().nodes, IsEmpty());
}

TEST_F(OperationsTest, DiskIsLabelledRecordedAndShown) {
    ASSERT_DONE(create_node());
    ASSERT_DONE(create_disk("/dev/sim0"));
    const v1::Disk disk = cluster().disks.at("sim0");
    EXPECT_EQ(disk.node(), "n1");
    EXPECT_EQ(disk.size_bytes(), 1ULL << 40);
    EXPECT_EQ(sim_.disks().inspect("/dev/sim0")->label_uuid, disk.uuid());
    EXPECT_EQ(sim_.disks().inspect("/dev/sim0")->label_cluster, cluster().self.uuid());
    const std::string sentence = "write label " + disk.uuid() + " to /dev/sim0";
    EXPECT_THAT(last_.plan(), ElementsAre(sentence));
    EXPECT_THAT(last_.steps(), ElementsAre(sentence));
    EXPECT_EQ(last_.events.back().disk().health(), v1::HEALTH_OK);
}

TEST_F(OperationsTest, DeletedDiskLosesItsLabel) {
    ASSERT_DONE(create_node());
    ASSERT_DONE(create_disk("/dev/sim0"));
    ASSERT_DONE(delete_disk("sim0"));
    EXPECT_THAT(cluster().disks, IsEmpty());
    EXPECT_EQ(sim_.disks().inspect("/dev/sim0")->label_uuid, "");
    EXPECT_THAT(last_.steps(), ElementsAre(StartsWith("clear label ")));
}

TEST_F(OperationsTest, AbsentDiskIsForgottenAndTakenBack) {
    ASSERT_DONE(create_node());
    ASSERT_DONE(create_disk("/dev/sim0"));
    const std::string uuid = cluster().disks.at("sim0").uuid();
    sim_.unplug("/dev/sim0");
    ASSERT_DONE(delete_disk("sim0"));
    EXPECT_THAT(cluster().disks, IsEmpty());

    sim_.plug("/dev/sim0");
    ASSERT_DONE(create_disk("/dev/sim0", false, "again"));
    EXPECT_EQ(cluster().disks.at("again").uuid(), uuid);
    EXPECT_THAT(last_.plan(), IsEmpty());
}

// A daemon that died between label and record: the next create takes the label over.
TEST_F(OperationsTest, LabelWithoutRecordIsTakenOver) {
    ASSERT_DONE(create_node());
    ASSERT_DONE(sim_.disks().write_label("/dev/sim0", "left-behind", cluster().self.uuid()));
    ASSERT_DONE(create_disk("/dev/sim0"));
    EXPECT_EQ(cluster().disks.at("sim0").uuid(), "left-behind");
}

TEST_F(OperationsTest, VolumeIsBuiltInTheOrderOfThePlan) {
    furnish();
    const std::size_t before = sim_.history().size();
    ASSERT_DONE(create_volume("v1", 1ULL << 30, 2, v1::REDUNDANCY_RAID1));
    EXPECT_EQ(last_.plan(), last_.steps());
    EXPECT_THAT(history_since(before), SizeIs(testing::Gt(10U)));
    const v1::Volume volume = cluster().volumes.at("v1");
    EXPECT_TRUE(volume.legs(0).formatted());
    EXPECT_TRUE(volume.legs(1).formatted());
    EXPECT_THAT(sim_.state().dm,
                testing::Contains(Key(model::dm_uuid(model::DmKind::front, volume.uuid()))));
    EXPECT_EQ(last_.events.back().volume().health(), v1::HEALTH_OK)
        << last_.events.back().volume().problem();
}

TEST_F(OperationsTest, StepsAreNumbered) {
    furnish();
    ASSERT_DONE(create_volume("v1"));
    std::uint32_t expected = 0;
    for (const auto& event : last_.events) {
        if (event.has_step()) {
            EXPECT_EQ(event.step().done(), ++expected);
            EXPECT_EQ(event.step().total(), last_.plan().size());
        }
    }
    EXPECT_EQ(expected, last_.plan().size());
}

TEST_F(OperationsTest, EveryVolumeHasAPortOfItsOwn) {
    furnish();
    ASSERT_DONE(create_volume("v1"));
    ASSERT_DONE(create_volume("v2"));
    ASSERT_DONE(create_volume("v3"));
    ASSERT_DONE(delete_volume("v2"));
    ASSERT_DONE(create_volume("v4"));
    EXPECT_EQ(cluster().volumes.at("v1").port_offset(), 0U);
    EXPECT_EQ(cluster().volumes.at("v4").port_offset(), 1U);
    EXPECT_EQ(cluster().volumes.at("v3").port_offset(), 2U);
    EXPECT_EQ(last_.events.back().volume().portals(0).port(), 4421U);
}

TEST_F(OperationsTest, AttachExportsToThatHostAlone) {
    furnish();
    ASSERT_DONE(create_volume("v1"));
    EXPECT_THAT(sim_.state().ports, IsEmpty());
    ASSERT_DONE(attach("v1", "h1"));
    const std::string nqn = model::subsystem_nqn(cluster().volumes.at("v1").uuid());
    const auto state = sim_.state();
    EXPECT_THAT(state.subsystems.at(nqn).allowed_hosts, ElementsAre(kHostNqn));
    ASSERT_THAT(state.ports, SizeIs(1));
    EXPECT_THAT(state.ports.begin()->second.subsystems, ElementsAre(nqn));
    const auto& view = last_.events.back().volume();
    EXPECT_EQ(view.subsystem_nqn(), nqn);
    EXPECT_EQ(view.portals(0).address(), "192.0.2.1");
    EXPECT_EQ(view.portals(0).port(), 4420U);
    EXPECT_THAT(view.volume().hosts(), ElementsAre("h1"));
}

TEST_F(OperationsTest, DetachCutsTheHostOff) {
    furnish();
    ASSERT_DONE(create_host("h2", kOtherNqn));
    ASSERT_DONE(create_volume("v1"));
    ASSERT_DONE(attach("v1", "h2"));
    ASSERT_DONE(attach("v1", "h1"));
    EXPECT_THAT(cluster().volumes.at("v1").hosts(), ElementsAre("h1", "h2"));
    ASSERT_DONE(detach("v1", "h1"));
    EXPECT_THAT(last_.steps(), testing::Contains(HasSubstr("unlink")));
    const std::string nqn = model::subsystem_nqn(cluster().volumes.at("v1").uuid());
    EXPECT_THAT(sim_.state().subsystems.at(nqn).allowed_hosts, ElementsAre(kOtherNqn));
    EXPECT_THAT(sim_.state().ports, SizeIs(1));
    ASSERT_DONE(detach("v1", "h2"));
    EXPECT_THAT(sim_.state().ports, IsEmpty());
}

TEST_F(OperationsTest, DeleteLeavesNothingBehind) {
    furnish();
    const auto before = sim_.state();
    ASSERT_DONE(create_volume("v1", 1ULL << 30, 4, v1::REDUNDANCY_RAID1));
    ASSERT_DONE(attach("v1", "h1"));
    ASSERT_DONE(detach("v1", "h1"));
    ASSERT_DONE(delete_volume("v1"));
    ASSERT_DONE(delete_host("h1"));
    const auto after = sim_.state();
    EXPECT_THAT(after.dm, IsEmpty());
    EXPECT_THAT(after.subsystems, IsEmpty());
    EXPECT_THAT(after.ports, IsEmpty());
    EXPECT_THAT(after.hosts, IsEmpty());
    EXPECT_THAT(cluster().volumes, IsEmpty());
    EXPECT_THAT(cluster().hosts, IsEmpty());
    EXPECT_FALSE(last_.events.back().has_host());
}

TEST_F(OperationsTest, SizesBeyondSixteenTebibytes) {
    ASSERT_DONE(create_node());
    ASSERT_DONE(create_disk("/dev/sim8"));
    ASSERT_DONE(create_volume("v1", 20ULL << 40));
    const v1::Volume volume = cluster().volumes.at("v1");
    EXPECT_EQ(volume.size_bytes(), 20ULL << 40);
    const auto front = sim_.state().dm.at(model::dm_uuid(model::DmKind::front, volume.uuid()));
    EXPECT_EQ(front.table.at(0).length_sectors, (20ULL << 40) / 512);
}

TEST_F(OperationsTest, DryRunTellsThePlanAndDoesNothing) {
    furnish();
    const Fingerprint before = fingerprint();
    v1::CreateVolumeRequest request;
    request.set_name("v1");
    request.set_size_bytes(1ULL << 30);
    request.set_dry_run(true);
    ASSERT_DONE(run(daemon::create_volume, request));
    ASSERT_THAT(last_.events, SizeIs(1));
    EXPECT_THAT(last_.plan(), SizeIs(testing::Gt(5U)));
    EXPECT_TRUE(fingerprint() == before);
}

TEST_F(OperationsTest, DryRunOfADiskNamesTheLabel) {
    ASSERT_DONE(create_node());
    const Fingerprint before = fingerprint();
    v1::CreateDiskRequest request;
    request.set_path("/dev/sim0");
    request.set_dry_run(true);
    ASSERT_DONE(run(daemon::create_disk, request));
    EXPECT_THAT(last_.plan(),
                ElementsAre(AllOf(StartsWith("write label "), HasSubstr(" to /dev/sim0"))));
    EXPECT_TRUE(fingerprint() == before);
}

TEST_F(OperationsTest, DryRunOfADeleteTellsThePlan) {
    furnish();
    ASSERT_DONE(create_volume("v1"));
    const Fingerprint before = fingerprint();
    v1::DeleteRequest request;
    request.set_name("v1");
    request.set_dry_run(true);
    ASSERT_DONE(run(daemon::delete_volume, request));
    EXPECT_THAT(last_.plan(), testing::Contains(HasSubstr("remove dm device")));
    EXPECT_TRUE(fingerprint() == before);
    const auto rehearsed = last_.plan();
    ASSERT_DONE(delete_volume("v1"));
    EXPECT_EQ(last_.steps(), rehearsed);
}

TEST_F(OperationsTest, RestartedDaemonDoesNothing) {
    furnish();
    ASSERT_DONE(create_volume("v1", 1ULL << 30, 2, v1::REDUNDANCY_RAID1));
    ASSERT_DONE(attach("v1", "h1"));
    const Fingerprint before = fingerprint();
    restart_daemon();
    EXPECT_TRUE(fingerprint() == before);
    EXPECT_EQ(agent_->reconcile().done, 0U);
}

TEST_F(OperationsTest, RebootBringsEverythingBack) {
    furnish();
    ASSERT_DONE(create_volume("v1", 1ULL << 30, 2, v1::REDUNDANCY_RAID1));
    ASSERT_DONE(create_volume("v2"));
    ASSERT_DONE(attach("v1", "h1"));
    const Fingerprint before = fingerprint();
    const std::size_t done = sim_.history().size();
    reboot();
    const Fingerprint after = fingerprint();
    EXPECT_TRUE(after.kernel == before.kernel);
    EXPECT_EQ(after.revision, before.revision) << "nothing is formatted a second time";
    EXPECT_THAT(history_since(done), Each(testing::Not(HasSubstr("wipe"))));
}

TEST_F(OperationsTest, DiskThatComesBackBringsItsVolumesBack) {
    furnish();
    ASSERT_DONE(create_volume("v1", 1ULL << 30, 4));
    const auto before = sim_.state();
    sim_.unplug("/dev/sim1");
    reboot();
    EXPECT_THAT(sim_.state().dm, IsEmpty());
    sim_.plug("/dev/sim1");
    EXPECT_TRUE(agent_->reconcile().settled());
    EXPECT_TRUE(sim_.state() == before);
}

}  // namespace
}  // namespace dnvme::daemon
