// SPDX-License-Identifier: Apache-2.0
// What nodes have to do with each other, without any daemon.
#include "operations/others.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "concerns.h"
#include "coordinator.h"
#include "machine.h"

namespace dnvme::daemon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Disk d<n> on node n<n>; volume v on those given.
store::Loaded records(std::initializer_list<int> disks) {
    store::Loaded loaded;
    v1::Volume volume;
    volume.set_name("v");
    volume.set_uuid("uuid-v");
    for (const int n : {1, 2, 3}) {
        v1::Disk disk;
        disk.set_name("d" + std::to_string(n));
        disk.set_uuid("uuid-" + disk.name());
        disk.set_node("n" + std::to_string(n));
        loaded.cluster.disks[disk.name()] = disk;
        loaded.revisions[store::key_of(disk)] = 1;
    }
    for (const int n : disks) {
        volume.add_legs()->add_members()->set_disk_uuid("uuid-d" + std::to_string(n));
    }
    loaded.cluster.volumes["v"] = volume;
    loaded.revisions[store::key_of(volume)] = 5;
    return loaded;
}

v1::NodeStatus status_at(std::int64_t revision) {
    v1::NodeStatus status;
    status.set_revision(revision);
    return status;
}

TEST(Concerns, AreOfThoseWhoHaveAPart) {
    const auto before = records({1, 2});
    auto now = before;
    EXPECT_FALSE(concerns("n1", before, now));
    now.revisions["/dnvme/volumes/v"] = 6;
    EXPECT_TRUE(concerns("n1", before, now));
    EXPECT_FALSE(concerns("n3", before, now));
    EXPECT_FALSE(concerns("n1", now, now));
}

TEST(Concerns, CountWhatIsGone) {
    const auto before = records({1});
    auto now = before;
    now.cluster.volumes.clear();
    now.revisions.erase("/dnvme/volumes/v");
    EXPECT_TRUE(concerns("n1", before, now));
    EXPECT_FALSE(concerns("n2", before, now));
}

TEST(Others, AreOldAndNewNodesOfWhatIsEdited) {
    const auto before = records({1, 2}).cluster;
    const auto after = records({3}).cluster.volumes["v"];
    store::Statuses statuses;
    EXPECT_THAT(others_of(before, {after}, statuses, "n1"), ElementsAre("n3"));
    statuses.online["n2"] = status_at(7);
    EXPECT_THAT(others_of(before, {after}, statuses, "n1"), ElementsAre("n2", "n3"));
    EXPECT_THAT(others_of(before, {v1::Host()}, statuses, "n1"), IsEmpty());
}

TEST(Others, AreHeardWhenAllHaveComeFarEnough) {
    store::Statuses statuses;
    statuses.online["n1"] = status_at(7);
    statuses.online["n2"] = status_at(6);
    EXPECT_FALSE(heard_from({"n1", "n2"}, statuses, 7, {"v"}));
    statuses.online["n2"] = status_at(8);
    EXPECT_TRUE(heard_from({"n1", "n2"}, statuses, 7, {"v"}).value());
    v1::Failure& failure = *statuses.online["n2"].add_failures();
    failure.set_owner("v");
    failure.set_message("no such device");
    EXPECT_THAT(heard_from({"n1", "n2"}, statuses, 7, {"v"})->error().message(),
                HasSubstr("node 'n2': no such device"));
    EXPECT_TRUE(heard_from({"n1", "n2"}, statuses, 7, {"w"}).value());
    statuses.online.erase("n1");
    EXPECT_THAT(heard_from({"n1", "n2"}, statuses, 7, {"w"})->error().message(),
                HasSubstr("node 'n1' is offline"));
}

TEST(Absences, AreNotedAndForgotten) {
    store::Statuses statuses;
    statuses.online["n1"] = status_at(1);
    auto writes = note_absences({"n1", "n2"}, statuses, 1000);
    ASSERT_EQ(writes.size(), 1U);
    EXPECT_EQ(writes[0].key, "/dnvme/absent/n2");
    take({.key = writes[0].key, .value = *writes[0].value}, statuses);
    EXPECT_EQ(statuses.absent["n2"].since_unix_s(), 1000);
    EXPECT_THAT(note_absences({"n1", "n2"}, statuses, 2000), IsEmpty());
    statuses.online["n2"] = status_at(1);
    writes = note_absences({"n1", "n2"}, statuses, 2000);
    ASSERT_EQ(writes.size(), 1U);
    EXPECT_FALSE(writes[0].value);
}

using OwnWrites = Machine;

// Else every run that writes would be followed by another one.
TEST_F(OwnWrites, AreKnown) {
    furnish();
    ASSERT_DONE(create_volume("v1"));
    const std::int64_t revision = store_->list("").value().revision;
    EXPECT_TRUE(agent_->knows(revision));
    EXPECT_FALSE(agent_->knows(revision + 1));
}

}  // namespace
}  // namespace dnvme::daemon
