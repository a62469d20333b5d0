// SPDX-License-Identifier: Apache-2.0
// A member of a running leg is lost and comes back: what the store says, and when.
#include <cerrno>

#include <gmock/gmock.h>

#include "machine.h"
#include "model/names.h"
#include "store/forwarding.h"
#include "view.h"

namespace dnvme::daemon {
namespace {

using std::chrono::seconds;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// Reads, but refuses to write while it is mute.
class MuteStore : public store::ForwardingStore {
  public:
    using ForwardingStore::ForwardingStore;

    bool mute = false;

    Result<std::int64_t> transact(const std::vector<store::Compare>& compares,
                                  const std::vector<store::Write>& writes) override {
        if (mute) {
            return fail(Code::unavailable, "the store does not answer");
        }
        return ForwardingStore::transact(compares, writes);
    }
};

class MemberLoss : public Machine {
  protected:
    void furnish_mirror() {
        furnish();
        ASSERT_DONE(create_volume("v1", 1ULL << 30, 1, v1::REDUNDANCY_RAID1));
    }
    v1::LogicalDisk member(int index) { return cluster().volumes.at("v1").legs(0).members(index); }
    v1::LogicalDisk::Sync sync(int index) { return member(index).sync(); }
    std::string path(int index) {
        for (const auto& [name, disk] : cluster().disks) {
            if (disk.uuid() == member(index).disk_uuid()) {
                return disk.path();
            }
        }
        return {};
    }
    char gate(int index) {
        const auto state = sim_.state();
        const auto found =
            state.dm.find(model::dm_uuid(model::DmKind::rdata, member(index).uuid()));
        return found == state.dm.end() ? '-' : found->second.leg;
    }
    std::string letters() {
        const std::string leg = cluster().volumes.at("v1").legs(0).uuid();
        const auto state = sim_.state();
        const auto raid = state.dm.find(model::dm_uuid(model::DmKind::raid, leg));
        return raid == state.dm.end() ? "" : raid->second.raid->letters;
    }
    /// Its disk goes while something is written.
    void lose(int index) {
        sim_.unplug(path(index));
        sim_.err_member(member(index).uuid());
    }
    void take_back(int index) {
        sim_.plug(path(index));
        agent_->reconcile();
    }
    v1::VolumeView shown() {
        const Observation seen = observe();
        return view_volume(seen, seen.cluster.volumes.at("v1"));
    }
};

TEST_F(MemberLoss, TheLegGoesOnWithoutTheMember) {
    furnish_mirror();
    lose(1);
    EXPECT_TRUE(agent_->reconcile().settled());
    EXPECT_EQ(sync(1), v1::LogicalDisk::STALE);
    EXPECT_EQ(member(1).trouble(), v1::LogicalDisk::ABSENT);
    EXPECT_GT(member(1).sync_since_unix_s(), 0);
    EXPECT_EQ(sync(0), v1::LogicalDisk::IN_SYNC);
    EXPECT_EQ(letters(), "A-");
    EXPECT_EQ(shown().health(), v1::HEALTH_DEGRADED);
    EXPECT_THAT(shown().problem(), HasSubstr("is stale since "));
    EXPECT_THAT(shown().problem(), HasSubstr("it is not there"));
    EXPECT_EQ(agent_->reconcile().done, 0U);
}

/// Commit before degrade: dm-raid hears of the error only when the record is made.
TEST_F(MemberLoss, NothingIsFailedWhileTheStoreRefuses) {
    furnish_mirror();
    MuteStore store(*store_);
    Agent agent(store, sim_, {.node = "n1"});
    agent.reconcile();
    lose(1);
    store.mute = true;
    for (int i = 0; i < 3; ++i) {
        EXPECT_FALSE(agent.reconcile().settled());
        EXPECT_EQ(gate(1), 'H');
        EXPECT_EQ(letters(), "AA");
        EXPECT_EQ(sync(1), v1::LogicalDisk::IN_SYNC);
    }
    EXPECT_THAT(sim_.history(), Not(Contains(StartsWith("fail what member gate"))));
    store.mute = false;
    EXPECT_TRUE(agent.reconcile().settled());
    EXPECT_EQ(sync(1), v1::LogicalDisk::STALE);
    EXPECT_EQ(letters(), "A-");
}

TEST_F(MemberLoss, TheStoreHasItBeforeTheKernelDoes) {
    furnish_mirror();
    lose(1);
    sim_.fail_matching("fail what member gate", EIO);
    EXPECT_FALSE(agent_->reconcile().settled());
    EXPECT_EQ(sync(1), v1::LogicalDisk::STALE);
    EXPECT_EQ(gate(1), 'H');
    EXPECT_EQ(letters(), "AA");
}

TEST_F(MemberLoss, TheLastMemberIsWaitedFor) {
    furnish_mirror();
    lose(1);
    agent_->reconcile();
    lose(0);
    for (int i = 0; i < 3; ++i) {
        now_ += seconds(60);
        EXPECT_FALSE(agent_->reconcile().settled());
        EXPECT_EQ(sync(0), v1::LogicalDisk::IN_SYNC);
        EXPECT_EQ(gate(0), 'H');
    }
    EXPECT_EQ(shown().health(), v1::HEALTH_DOWN);
    EXPECT_EQ(shown().problem(),
              "waits for " + ("disk " + path(0).substr(5)) + " on node n1, and holds I/O");
    take_back(0);
    EXPECT_EQ(gate(0), 'L');
    EXPECT_EQ(sync(0), v1::LogicalDisk::IN_SYNC);
    EXPECT_TRUE(agent_->reconcile().settled());
}

TEST_F(MemberLoss, AMemberThatIsThereGetsOneMoreChance) {
    furnish_mirror();
    sim_.err_member(member(1).uuid());
    agent_->reconcile();
    EXPECT_EQ(gate(1), 'L');
    EXPECT_EQ(sync(1), v1::LogicalDisk::IN_SYNC);
    EXPECT_TRUE(agent_->last().again);
    now_ += seconds(60);
    sim_.err_member(member(1).uuid());
    agent_->reconcile();
    EXPECT_EQ(sync(1), v1::LogicalDisk::IN_SYNC) << "that was a minute ago";
    sim_.err_member(member(1).uuid());
    agent_->reconcile();
    EXPECT_EQ(sync(1), v1::LogicalDisk::STALE);
    EXPECT_EQ(member(1).trouble(), v1::LogicalDisk::ERRORS);
    agent_->reconcile();
    EXPECT_EQ(sync(1), v1::LogicalDisk::STALE) << "it rests";
}

TEST_F(MemberLoss, TheMemberIsRebuiltWhenItIsBack) {
    furnish_mirror();
    lose(1);
    agent_->reconcile();
    take_back(1);
    EXPECT_EQ(sync(1), v1::LogicalDisk::REBUILDING);
    EXPECT_EQ(letters(), "Aa");
    EXPECT_EQ(shown().health(), v1::HEALTH_DEGRADED);
    EXPECT_THAT(shown().problem(), HasSubstr("is being rebuilt"));
    ASSERT_EQ(shown().rebuilds_size(), 1);
    EXPECT_EQ(shown().rebuilds(0).uuid(), member(1).uuid());
    sim_.finish_rebuilds();
    EXPECT_EQ(agent_->reconcile().again, std::chrono::milliseconds(2000));
    EXPECT_EQ(sync(1), v1::LogicalDisk::REBUILDING) << "what dm-raid wrote last may be in a cache";
    now_ += seconds(2);
    agent_->reconcile();
    EXPECT_EQ(sync(1), v1::LogicalDisk::IN_SYNC);
    EXPECT_EQ(shown().health(), v1::HEALTH_OK) << shown().problem();
    EXPECT_EQ(agent_->reconcile().done, 0U);
    EXPECT_FALSE(agent_->last().again);
}

/// The kernel goes on with it.
TEST_F(MemberLoss, ARestartedDaemonGoesOnWithARebuild) {
    furnish_mirror();
    lose(1);
    agent_->reconcile();
    take_back(1);
    const auto done = sim_.history().size();
    restart_daemon();
    EXPECT_EQ(sim_.history().size(), done);
    sim_.finish_rebuilds();
    agent_->reconcile();
    now_ += seconds(2);
    agent_->reconcile();
    EXPECT_EQ(sync(1), v1::LogicalDisk::IN_SYNC);
}

TEST_F(MemberLoss, ANodeThatCrashedBeginsTheRebuildAnew) {
    furnish_mirror();
    lose(1);
    agent_->reconcile();
    take_back(1);
    reboot();
    EXPECT_EQ(letters(), "A-") << "it was assembled with what is half rebuilt";
    EXPECT_EQ(shown().health(), v1::HEALTH_DEGRADED);
    agent_->reconcile();
    EXPECT_EQ(sync(1), v1::LogicalDisk::REBUILDING);
    EXPECT_EQ(letters(), "Aa");
}

TEST_F(MemberLoss, ALegStartsWithoutAMemberAfterItsPatience) {
    furnish_mirror();
    sim_.unplug(path(1));
    reboot();
    now_ += seconds(29);
    agent_->reconcile();
    EXPECT_EQ(shown().health(), v1::HEALTH_DOWN);
    EXPECT_EQ(sync(1), v1::LogicalDisk::IN_SYNC);
    now_ += seconds(2);
    EXPECT_TRUE(agent_->reconcile().settled());
    EXPECT_EQ(sync(1), v1::LogicalDisk::STALE);
    EXPECT_EQ(shown().health(), v1::HEALTH_DEGRADED);
}

/// One that is only slow to come costs nothing.
TEST_F(MemberLoss, AMemberThatComesInTimeStaysInSync) {
    furnish_mirror();
    sim_.unplug(path(1));
    reboot();
    now_ += seconds(29);
    agent_->reconcile();
    sim_.plug(path(1));
    EXPECT_TRUE(agent_->reconcile().settled());
    EXPECT_EQ(shown().health(), v1::HEALTH_OK);
    EXPECT_EQ(letters(), "AA");
}

TEST_F(MemberLoss, ALegNeverStartsWithOldData) {
    furnish_mirror();
    lose(1);
    agent_->reconcile();
    sim_.plug(path(1));
    sim_.unplug(path(0));
    reboot();
    now_ += seconds(3600);
    agent_->reconcile();
    EXPECT_EQ(sync(0), v1::LogicalDisk::IN_SYNC);
    EXPECT_EQ(shown().health(), v1::HEALTH_DOWN);
    EXPECT_EQ(shown().problem(), "waits for disk " + path(0).substr(5) + " on node n1");
    EXPECT_THAT(sim_.state().dm, IsEmpty());
}

/// Wherever a run on the way out or back is interrupted, the next one finishes it.
TEST_F(MemberLoss, AnyStepMayFail) {
    furnish_mirror();
    for (int n = 1;; ++n) {
        SCOPED_TRACE(n);
        lose(1);
        sim_.fail_action(n, EIO);
        const bool whole = agent_->reconcile().settled();
        sim_.fail_action(0, 0);
        restart_daemon();
        EXPECT_EQ(sync(1), v1::LogicalDisk::STALE);
        EXPECT_EQ(letters(), "A-");
        sim_.plug(path(1));
        sim_.fail_action(n, EIO);
        const bool back = agent_->reconcile().settled();
        sim_.fail_action(0, 0);
        restart_daemon();
        EXPECT_EQ(sync(1), v1::LogicalDisk::REBUILDING);
        EXPECT_EQ(letters(), "Aa");
        sim_.finish_rebuilds();
        agent_->reconcile();
        now_ += seconds(2);
        agent_->reconcile();
        ASSERT_EQ(sync(1), v1::LogicalDisk::IN_SYNC);
        ASSERT_EQ(letters(), "AA");
        if (whole && back) {
            ASSERT_GT(n, 5) << "faults were never injected";
            break;
        }
    }
}

TEST_F(MemberLoss, WhatHasChangedIsSeen) {
    furnish_mirror();
    agent_->reconcile();
    EXPECT_FALSE(agent_->sees_members_change());
    sim_.err_member(member(1).uuid());
    EXPECT_TRUE(agent_->sees_members_change());
}

}  // namespace
}  // namespace dnvme::daemon
