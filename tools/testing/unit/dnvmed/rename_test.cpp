// SPDX-License-Identifier: Apache-2.0
// A volume gets another name, and nothing else of it changes.
#include <gmock/gmock.h>

#include "machine.h"
#include "store/records.h"

namespace dnvme::daemon {
namespace {

class RenameTest : public Machine {
  protected:
    void SetUp() override { furnish_volume(1); }

    Status rename(const std::string& name, const std::string& new_name, bool dry_run = false) {
        v1::RenameVolumeRequest request;
        request.set_name(name);
        request.set_new_name(new_name);
        request.set_dry_run(dry_run);
        return run(rename_volume, request);
    }
};

TEST_F(RenameTest, OnlyTheNameChanges) {
    v1::Volume expected = cluster().volumes.at("v1");
    const plan::KernelState kernel = fingerprint().kernel;
    const std::size_t actions = fingerprint().actions;
    ASSERT_DONE(rename("v1", "v2"));
    EXPECT_TRUE(last_.plan().empty());
    EXPECT_EQ(last_.events.back().volume().volume().name(), "v2");
    expected.set_name("v2");
    ASSERT_EQ(cluster().volumes.size(), 1U);
    EXPECT_EQ(cluster().volumes.at("v2").SerializeAsString(), expected.SerializeAsString());
    EXPECT_TRUE(fingerprint().kernel == kernel) << "hosts are undisturbed";
    EXPECT_EQ(fingerprint().actions, actions);
    restart_daemon();
    ASSERT_DONE(detach("v2", "h1"));
    ASSERT_DONE(delete_volume("v2"));
}

TEST_F(RenameTest, OldNameIsFreeAgain) {
    ASSERT_DONE(rename("v1", "v2"));
    ASSERT_DONE(create_volume("v1"));
    EXPECT_EQ(cluster().volumes.size(), 2U);
}

TEST_F(RenameTest, WhatIsNotPossibleChangesNothing) {
    EXPECT_REFUSED(rename("v9", "v2"), Code::not_found, "volume 'v9' does not exist");
    EXPECT_REFUSED(rename("v1", "V 2"), Code::invalid, "'V 2' is not a name for a volume");
    EXPECT_REFUSED(rename("v1", "v1"), Code::exists, "volume 'v1' exists already");
    ASSERT_DONE(create_volume("v2"));
    EXPECT_REFUSED(rename("v1", "v2"), Code::exists, "volume 'v2' exists already");
    const Fingerprint before = fingerprint();
    ASSERT_DONE(rename("v1", "v3", true));
    EXPECT_TRUE(fingerprint() == before);
}

TEST_F(RenameTest, VolumeThatGoesKeepsItsName) {
    v1::Volume volume = cluster().volumes.at("v1");
    volume.set_deleting(true);
    ASSERT_TRUE(store::Change(*store::load(*store_)).put(volume).commit(*store_));
    EXPECT_REFUSED(rename("v1", "v2"), Code::precondition, "is being deleted");
}

// Somebody takes the new name between the look and the transaction: neither record is touched.
TEST_F(RenameTest, AllOrNothing) {
    const store::Loaded loaded = store::load(*store_).value();
    ASSERT_DONE(create_volume("v2"));
    v1::Volume renamed = loaded.cluster.volumes.at("v1");
    store::Change change(loaded);
    apply(change, Erase<v1::Volume>{renamed});
    renamed.set_name("v2");
    apply(change, renamed);
    const Status late = change.commit(*store_);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code(), Code::conflict);
    EXPECT_TRUE(cluster().volumes.contains("v1"));
    EXPECT_NE(cluster().volumes.at("v2").uuid(), renamed.uuid());
}

}  // namespace
}  // namespace dnvme::daemon
