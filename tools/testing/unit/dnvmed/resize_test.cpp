// SPDX-License-Identifier: Apache-2.0
// A volume becomes larger.
#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "machine.h"
#include "model/names.h"
#include "store/records.h"
#include "view.h"

namespace dnvme::daemon {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kGiB = 1ULL << 30;

class ResizeTest : public Machine {
  protected:
    Status resize(const std::string& name, std::uint64_t size, std::uint64_t more = 0,
                  bool dry_run = false) {
        v1::ResizeVolumeRequest request;
        request.set_name(name);
        request.set_size_bytes(size);
        request.set_add_bytes(more);
        request.set_dry_run(dry_run);
        return run(resize_volume, request);
    }
    v1::Volume volume() { return cluster().volumes.at("v1"); }
    /// Of its front, and what hosts were told.
    std::pair<std::uint64_t, std::uint64_t> sizes() {
        const plan::KernelState kernel = sim_.state();
        const auto& front = kernel.dm.at(model::dm_uuid(model::DmKind::front, volume().uuid()));
        const auto& subsystem = kernel.subsystems.at(model::subsystem_nqn(volume().uuid()));
        return {front.table.at(0).length_sectors * 512, subsystem.namespaces.at(1).size_bytes};
    }
    void put(const v1::Volume& volume) {
        ASSERT_TRUE(store::Change(*store::load(*store_)).put(volume).commit(*store_));
    }
};

TEST_F(ResizeTest, HostsSeeTheNewSize) {
    furnish_volume(1);
    const v1::Volume before = volume();
    ASSERT_DONE(resize("v1", 2 * kGiB));
    EXPECT_EQ(last_.plan(), last_.steps());
    EXPECT_EQ(sizes(), std::pair(2 * kGiB, 2 * kGiB));
    EXPECT_EQ(volume().size_bytes(), 2 * kGiB);
    EXPECT_EQ(volume().epoch(), before.epoch());
    EXPECT_EQ(volume().legs(1).epoch(), before.legs(1).epoch());
    EXPECT_EQ(last_.events.back().volume().health(), v1::HEALTH_OK);
    ASSERT_DONE(resize("v1", 0, 3 * kGiB));
    EXPECT_EQ(sizes(), std::pair(5 * kGiB, 5 * kGiB));
    EXPECT_EQ(agent_->reconcile().done, 0U);
    EXPECT_TRUE(agent_->last().settled());
}

TEST_F(ResizeTest, EveryRedundancyGrowsAndGoes) {
    furnish();
    for (const auto redundancy : {v1::REDUNDANCY_NONE, v1::REDUNDANCY_RAID1, v1::REDUNDANCY_RAID5,
                                  v1::REDUNDANCY_RAID6, v1::REDUNDANCY_RAID10}) {
        for (const std::uint32_t legs : {1U, 3U}) {
            SCOPED_TRACE(testing::Message() << redundancy << " " << legs);
            reboot();  // modules stay loaded
            ASSERT_DONE(create_volume("v1", kGiB, legs, redundancy));
            for (int i = 0; i < 3; ++i) {
                ASSERT_DONE(resize("v1", 0, (100 * kGiB) + 1));
            }
            EXPECT_GE(volume().size_bytes(), 301 * kGiB);
            EXPECT_LT(volume().size_bytes(), 301 * kGiB + (12ULL << 20));
            EXPECT_EQ(sizes(), std::pair(volume().size_bytes(), volume().size_bytes()));
            const auto built = sim_.state();
            reboot();
            EXPECT_TRUE(sim_.state() == built);
            ASSERT_DONE(delete_volume("v1"));
            EXPECT_TRUE(sim_.state().dm.empty());
        }
    }
}

TEST_F(ResizeTest, DryRunTellsThePlanAndDoesNothing) {
    furnish_volume(0);
    const Fingerprint before = fingerprint();
    ASSERT_DONE(resize("v1", 2 * kGiB, 0, true));
    EXPECT_TRUE(fingerprint() == before);
    const auto plan = last_.plan();
    const auto& notes = last_.events.front().plan().notes();
    EXPECT_EQ(notes.size(), 4);
    EXPECT_THAT(notes[0], HasSubstr("member 0.0 grows by "));
    ASSERT_DONE(resize("v1", 2 * kGiB));
    EXPECT_EQ(last_.steps(), plan);
}

TEST_F(ResizeTest, WhatIsNotPossibleChangesNothing) {
    furnish_volume(0);
    EXPECT_REFUSED(resize("v9", 2 * kGiB), Code::not_found, "volume 'v9' does not exist");
    EXPECT_REFUSED(resize("v1", 0), Code::invalid, "give either");
    EXPECT_REFUSED(resize("v1", kGiB, kGiB), Code::invalid, "give either");
    EXPECT_REFUSED(resize("v1", kGiB / 2), Code::invalid, "volume 'v1': it has 1 GiB",
                   "cannot shrink to 512 MiB");
    EXPECT_REFUSED(resize("v1", kGiB), Code::invalid, "it has 1 GiB already");
    EXPECT_REFUSED(resize("v1", 0, UINT64_MAX), Code::invalid, "is too large");
    EXPECT_REFUSED(resize("v1", 1ULL << 60), Code::invalid, "too large");
    EXPECT_REFUSED(resize("v1", 4ULL << 40), Code::no_space, "member 0.0 needs ",
                   "more on disk sim");
}

TEST_F(ResizeTest, OnlyAWholeVolumeGrows) {
    furnish_volume(0);
    v1::Volume stale = volume();
    stale.mutable_legs(0)->mutable_members(1)->set_sync(v1::LogicalDisk::STALE);
    put(stale);
    EXPECT_REFUSED(resize("v1", 2 * kGiB), Code::precondition, "not all of its members");
    stale.mutable_legs(0)->mutable_members(1)->set_sync(v1::LogicalDisk::IN_SYNC);
    put(stale);
    sim_.unplug("/dev/sim1");
    EXPECT_REFUSED(resize("v1", 2 * kGiB), Code::precondition, "waits for disk sim1");
    sim_.plug("/dev/sim1");
    stale.set_deleting(true);
    put(stale);
    EXPECT_REFUSED(resize("v1", 2 * kGiB), Code::precondition, "is being deleted");
}

/// Wherever it ends, the next run goes on from there; nothing is ever half done for longer.
TEST_F(ResizeTest, WhicheverStepFailsTheNextRunFinishesIt) {
    furnish_volume(1);
    for (int n = 1;; ++n) {
        SCOPED_TRACE(n);
        sim_.fail_action(n, EIO);
        const Status resized = resize("v1", 0, kGiB);
        sim_.fail_action(0, 0);
        if (resized) {
            ASSERT_GT(n, 20) << "faults were never injected";
            break;
        }
        EXPECT_THAT(resized.error().message(), HasSubstr("resize volume 'v1': "));
        EXPECT_THAT(resized.error().message(), HasSubstr("(dnvmed goes on trying)"));
        restart_daemon();
        EXPECT_TRUE(agent_->last().settled());
        EXPECT_EQ(sizes(), std::pair(volume().size_bytes(), volume().size_bytes()));
    }
    ASSERT_DONE(detach("v1", "h1"));
    ASSERT_DONE(delete_volume("v1"));
    EXPECT_TRUE(sim_.state().dm.empty());
}

/// Older daemons would build it from the wrong pieces.
TEST_F(ResizeTest, ARecordThatWasResizedIsOfTheFourthVersion) {
    furnish_volume(0);
    const std::string key = store::key_of(volume());
    const auto version = [&] {
        v1::Record record;
        record.ParseFromString(store_->list(key).value().entries.at(0).value);
        return record.schema_version();
    };
    EXPECT_EQ(version(), 1U);
    ASSERT_DONE(resize("v1", 2 * kGiB));
    EXPECT_EQ(version(), 4U);
}

}  // namespace
}  // namespace dnvme::daemon
