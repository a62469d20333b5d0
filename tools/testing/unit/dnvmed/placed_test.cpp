// SPDX-License-Identifier: Apache-2.0
// Where volumes go, and the labels that say so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "machine.h"
#include "view.h"

namespace dnvme::daemon {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

class Placed : public Machine {
  protected:
    Status set_disk(const std::string& name, const std::string& key, const std::string& value) {
        v1::SetLabelsRequest request;
        request.set_name(name);
        (*request.mutable_labels())[key] = value;
        return run(daemon::set_disk, request);
    }

    static v1::CreateVolumeRequest volume_request() {
        v1::CreateVolumeRequest request;
        request.set_name("v1");
        request.set_size_bytes(1ULL << 30);
        return request;
    }

    std::string disk_of(const v1::LogicalDisk& member) {
        for (const auto& [name, disk] : cluster().disks) {
            if (disk.uuid() == member.disk_uuid()) {
                return name;
            }
        }
        return "none";
    }
};

TEST_F(Placed, LabelsAreSetAndRemoved) {
    furnish();
    ASSERT_DONE(set_disk("sim1", "media", "tlc"));
    ASSERT_DONE(set_disk("sim1", "media", "qlc"));
    EXPECT_EQ(last_.events.back().disk().disk().labels().at("media"), "qlc");
    v1::SetLabelsRequest request;
    request.set_name("n1");
    (*request.mutable_labels())["site"] = "a";
    ASSERT_DONE(run(daemon::set_node, request));
    EXPECT_EQ(cluster().nodes.at("n1").labels().at("site"), "a");
    request.clear_labels();
    request.add_remove("site");
    ASSERT_DONE(run(daemon::set_node, request));
    EXPECT_TRUE(cluster().nodes.at("n1").labels().empty());
    EXPECT_REFUSED(run(daemon::set_node, request), Code::not_found, "'n1' has no label 'site'");
}

TEST_F(Placed, LabelsThatNoRuleCouldNameAreRefused) {
    furnish();
    EXPECT_REFUSED(set_disk("sim1", "a b", "c"), Code::invalid, "'a b=c' is no label");
    EXPECT_REFUSED(set_disk("sim1", "a", ""), Code::invalid, "'a=' is no label");
    EXPECT_REFUSED(set_disk("sim1", "a!", "c"), Code::invalid, "is no label");
    EXPECT_REFUSED(set_disk("sim1", "node", "c"), Code::invalid, "the name of the node");
    EXPECT_REFUSED(set_disk("sim9", "a", "b"), Code::not_found, "disk 'sim9' does not exist");
    v1::SetLabelsRequest request;
    request.set_name("n1");
    EXPECT_REFUSED(run(daemon::set_node, request), Code::invalid, "nothing to change");
    (*request.mutable_labels())["a"] = "b";
    request.add_remove("a");
    EXPECT_REFUSED(run(daemon::set_node, request), Code::invalid, "to be set and removed");
}

TEST_F(Placed, RulesAreObeyedAndRecorded) {
    furnish();
    ASSERT_DONE(set_disk("sim2", "media", "tlc"));
    v1::CreateVolumeRequest request = volume_request();
    request.mutable_placement()->add_rules("media=tlc");
    request.mutable_placement()->set_anti_affinity("db");
    request.mutable_placement()->set_pinned(true);
    ASSERT_DONE(run(daemon::create_volume, request));
    const v1::Volume volume = cluster().volumes.at("v1");
    EXPECT_EQ(disk_of(volume.legs(0).members(0)), "sim2");
    EXPECT_THAT(volume.placement().rules(), ElementsAre("media=tlc"));
    EXPECT_EQ(volume.placement().anti_affinity(), "db");
    EXPECT_FALSE(volume.placement().pinned()) << "no disk was chosen by hand";
    request.set_name("v2");
    request.set_redundancy(v1::REDUNDANCY_RAID1);
    EXPECT_REFUSED(run(daemon::create_volume, request), Code::precondition, "needs 2 disks with",
                   "that match media=tlc; there is 1: sim2");
}

TEST_F(Placed, DisksChosenByHandAreTaken) {
    furnish();
    v1::CreateVolumeRequest request = volume_request();
    request.set_redundancy(v1::REDUNDANCY_RAID5);
    const std::vector<std::string> disks{"sim3", "sim0", "sim2"};
    for (std::uint32_t i = 0; i < 3; ++i) {
        v1::Pin* pin = request.add_pins();
        pin->set_member(i);
        pin->set_disk(disks[i]);
    }
    request.set_dry_run(true);
    ASSERT_DONE(run(daemon::create_volume, request));
    EXPECT_THAT(last_.events.front().plan().notes(),
                ElementsAre(StartsWith("member 0.0 goes to disk sim3 of node n1, from 1 MiB on"),
                            StartsWith("member 0.1 goes to disk sim0 of node n1"),
                            StartsWith("member 0.2 goes to disk sim2 of node n1")));
    EXPECT_TRUE(cluster().volumes.empty());
    request.set_dry_run(false);
    ASSERT_DONE(run(daemon::create_volume, request));
    const v1::Volume volume = cluster().volumes.at("v1");
    EXPECT_TRUE(volume.placement().pinned());
    EXPECT_EQ(volume.members(), 3U);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(disk_of(volume.legs(0).members(i)), disks[static_cast<std::size_t>(i)]);
    }
    request.set_name("v2");
    request.mutable_pins()->RemoveLast();
    EXPECT_REFUSED(run(daemon::create_volume, request), Code::invalid,
                   "2 of 3 members were given a place by hand");
}

TEST_F(Placed, EveryRedundancyIsBuiltAndComesBack) {
    furnish();
    for (const auto redundancy :
         {v1::REDUNDANCY_RAID5, v1::REDUNDANCY_RAID6, v1::REDUNDANCY_RAID10}) {
        ASSERT_DONE(create_volume("v" + std::to_string(redundancy), 1ULL << 30, 2, redundancy));
    }
    reboot();
    const Observation seen = observe();
    EXPECT_TRUE(seen.down.empty());
    for (const char* name : {"v3", "v4", "v5"}) {
        ASSERT_DONE(delete_volume(name));
    }
    EXPECT_TRUE(sim_.state().dm.empty());
}

/// With half of a raid5 leg gone it is not merely degraded.
TEST_F(Placed, LegThatLostTooMuchIsDown) {
    furnish();
    ASSERT_DONE(create_volume("v1", 1ULL << 30, 1, v1::REDUNDANCY_RAID5));
    const v1::Volume volume = cluster().volumes.at("v1");
    sim_.unplug("/dev/" + disk_of(volume.legs(0).members(0)));
    const auto health = [&] {
        const Observation seen = observe();
        return view_volume(seen, seen.cluster.volumes.at("v1")).health();
    };
    EXPECT_EQ(health(), v1::HEALTH_DEGRADED);
    sim_.unplug("/dev/" + disk_of(volume.legs(0).members(1)));
    EXPECT_EQ(health(), v1::HEALTH_DOWN);
}

}  // namespace
}  // namespace dnvme::daemon
