// SPDX-License-Identifier: Apache-2.0
// Who of a leg's members is in sync: what is recorded, when, and what follows in the kernel.
#include "plan/members.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernel_rules.h"
#include "model/names.h"
#include "plan/planner.h"
#include "sample.h"

namespace dnvme::plan {
namespace {

using model::DmKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;
using v1::LogicalDisk;

/// A leg with all its members on n1, in use and running.
class Members : public testing::Test {
  protected:
    Members() { make(v1::REDUNDANCY_RAID1); }

    void make(v1::Redundancy redundancy) {
        cluster_ = sample_cluster();
        add_volume(cluster_, "v0", 1, redundancy);
        format_all(cluster_);
        disks_ = all_disks(cluster_);
        run();
    }
    /// The kernel as it is when everything runs that the store allows.
    void run() {
        kernel_ = built(cluster_);
        raid().raid =
            RaidHealth{.letters = std::string(static_cast<std::size_t>(leg().members_size()), 'A'),
                       .idle = true,
                       .synced_sectors = 8,
                       .total_sectors = 8};
        for (int i = 0; i < leg().members_size(); i++) {
            if (member(i).sync() != LogicalDisk::IN_SYNC)
                raid().raid->letters[static_cast<std::size_t>(i)] = '-';
        }
    }
    v1::Volume& volume() { return cluster_.volumes.at("v0"); }
    v1::Leg& leg() { return *volume().mutable_legs(0); }
    LogicalDisk& member(int index) { return *leg().mutable_members(index); }
    DmDevice& raid() { return kernel_.dm.at(model::dm_uuid(DmKind::raid, leg().uuid())); }
    DmDevice& gate(int index, DmKind kind = DmKind::rdata) {
        return kernel_.dm.at(model::dm_uuid(kind, member(index).uuid()));
    }
    void letter(int index, char letter) {
        raid().raid->letters[static_cast<std::size_t>(index)] = letter;
    }
    void unplug(int index) { disks_.erase(member(index).disk_uuid()); }
    void plug(int index) { disks_.insert(member(index).disk_uuid()); }
    MemberDecisions decide() {
        const Reach reach(cluster_, disks_, "n1", kernel_);
        return decide_members(cluster_, "n1", reach, history_, now_);
    }
    /// "1 STALE ABSENT", one a record.
    std::vector<std::string> recorded() {
        std::vector<std::string> words;
        for (const RecordMember& change : decide().records) {
            EXPECT_EQ(change.volume_uuid, volume().uuid());
            for (int i = 0; i < leg().members_size(); i++) {
                if (member(i).uuid() == change.member_uuid)
                    words.push_back(std::to_string(i) + " " + LogicalDisk::Sync_Name(change.to) +
                                    (change.to == LogicalDisk::STALE
                                         ? " " + LogicalDisk::Trouble_Name(change.trouble)
                                         : ""));
            }
        }
        return words;
    }
    std::vector<Action> plan() {
        const MemberDecisions decisions = decide();
        const model::Cluster cluster = with_records(cluster_, decisions.records, now_);
        const Desired desired = build_desired(cluster, disks_, sample_settings(), {}, kernel_);
        return make_plan(cluster, desired, kernel_, decisions);
    }
    /// Runs the plan; every step must be safe.
    void carry_out() {
        StrictMachine machine(cluster_, kernel_);
        for (const Action& action : plan())
            ASSERT_EQ(machine.run(action), "") << describe(action);
        cluster_ = machine.cluster();
        kernel_ = machine.kernel();
    }

    model::Cluster cluster_;
    std::set<std::string> disks_;
    KernelState kernel_;
    MemberHistory history_;
    std::int64_t now_ = 1000;
};

TEST_F(Members, NothingIsDecidedWhileAllIsWell) {
    EXPECT_THAT(recorded(), IsEmpty());
    EXPECT_FALSE(decide().degraded);
    EXPECT_FALSE(decide().pending());
}

/// Nothing was written that it missed.
TEST_F(Members, AMemberThatIsAwayStaysInSyncUntilItMissesSomething) {
    unplug(1);
    EXPECT_THAT(recorded(), IsEmpty());
    EXPECT_TRUE(decide().degraded);
    EXPECT_THAT(sentences(plan()), IsEmpty());
    gate(1).leg = 'H';
    EXPECT_THAT(recorded(), ElementsAre("1 STALE ABSENT"));
}

TEST_F(Members, EitherGateOfAMemberCounts) {
    unplug(0);
    gate(0, DmKind::rmeta).leg = 'H';
    EXPECT_THAT(recorded(), ElementsAre("0 STALE ABSENT"));
}

TEST_F(Members, TheRecordComesBeforeTheGatesFailAndTheArrayLosesItsMember) {
    unplug(1);
    gate(1).leg = 'H';
    const auto lines = sentences(plan());
    ASSERT_GE(lines.size(), 4U);
    EXPECT_THAT(lines[0], StartsWith("record member " + member(1).uuid()));
    EXPECT_THAT(lines[0], HasSubstr("as stale"));
    EXPECT_THAT(lines[1], StartsWith("fail what member gate dnvme-rdata-" + member(1).uuid()));
    EXPECT_THAT(lines[2], StartsWith("fail what member gate dnvme-rmeta-" + member(1).uuid()));
    EXPECT_THAT(lines[3], StartsWith("reload dm device dnvme-raid-"));
    EXPECT_THAT(lines[3], testing::EndsWith(" - -"));
    carry_out();
    EXPECT_EQ(member(1).sync(), LogicalDisk::STALE);
    EXPECT_FALSE(kernel_.dm.contains(model::dm_uuid(DmKind::ld, member(1).uuid())));
    EXPECT_THAT(sentences(plan()), IsEmpty());
}

TEST_F(Members, TheLastMemberNeverBecomesStale) {
    for (const int first : {0, 1}) {
        make(v1::REDUNDANCY_RAID1);
        member(first).set_sync(LogicalDisk::STALE);
        run();
        unplug(1 - first);
        gate(1 - first).leg = 'H';
        EXPECT_THAT(recorded(), IsEmpty());
        EXPECT_THAT(sentences(plan()), IsEmpty()) << "the gates go on holding";
        history_.given_up.insert(member(1 - first).uuid());
        history_.released.insert(member(1 - first).uuid());
        EXPECT_THAT(recorded(), IsEmpty());
    }
}

TEST_F(Members, WithBothAwayNobodyIsCalledStale) {
    for (const int index : {0, 1}) {
        unplug(index);
        gate(index).leg = 'H';
    }
    EXPECT_THAT(recorded(), IsEmpty());
    plug(0);
    EXPECT_THAT(recorded(), IsEmpty()) << "it has not answered yet";
    EXPECT_THAT(sentences(plan()), ElementsAre("send what member gate dnvme-rdata-" +
                                               member(0).uuid() + " holds once more"));
    gate(0).leg = 'L';
    EXPECT_THAT(recorded(), ElementsAre("1 STALE ABSENT"));
}

/// How many may go.
TEST_F(Members, WhatTheRedundancyBearsDecides) {
    const auto lost = [this](v1::Redundancy redundancy, std::initializer_list<int> away) {
        make(redundancy);
        for (const int index : away) {
            unplug(index);
            gate(index).leg = 'H';
        }
        return recorded().size();
    };
    EXPECT_EQ(lost(v1::REDUNDANCY_RAID5, {1}), 1U);
    EXPECT_EQ(lost(v1::REDUNDANCY_RAID5, {0, 1}), 0U);
    EXPECT_EQ(lost(v1::REDUNDANCY_RAID6, {0, 1}), 2U);
    EXPECT_EQ(lost(v1::REDUNDANCY_RAID6, {0, 1, 2}), 0U);
    EXPECT_EQ(lost(v1::REDUNDANCY_RAID10, {0, 2}), 2U);
    EXPECT_EQ(lost(v1::REDUNDANCY_RAID10, {0, 1}), 0U);
}

TEST_F(Members, AMemberThatIsThereIsAskedOnceMoreBeforeItIsGivenUp) {
    gate(1).leg = 'H';
    EXPECT_THAT(recorded(), IsEmpty());
    EXPECT_THAT(decide().release, ElementsAre(member(1).uuid()));
    EXPECT_TRUE(decide().pending());
    carry_out();
    EXPECT_EQ(gate(1).leg, 'L');
    history_.released.insert(member(1).uuid());
    EXPECT_THAT(recorded(), IsEmpty()) << "it has got over it";
    gate(1).leg = 'H';
    EXPECT_THAT(recorded(), ElementsAre("1 STALE ERRORS"));
}

/// Its disk was plugged in again and is another device now: the gates stand on that before they
/// send what they hold.
TEST_F(Members, WhatIsHeldGoesToTheDeviceThatTheMemberIsNow) {
    member(0).set_sync(LogicalDisk::STALE);
    run();
    unplug(0);
    kernel_.dm.at(model::dm_uuid(DmKind::ld, member(1).uuid())).table[0].params = "259:9 2048";
    gate(1).leg = 'H';
    EXPECT_THAT(sentences(plan()),
                ElementsAre(StartsWith("reload dm device dnvme-ld-" + member(1).uuid()),
                            StartsWith("send what member gate dnvme-rdata-")));
}

TEST_F(Members, WhatDmRaidHasFailedIsStale) {
    letter(0, 'D');
    EXPECT_THAT(recorded(), ElementsAre("0 STALE ERRORS"));
}

TEST_F(Members, WhatTheArrayDoesWithoutIsStaleWhateverTheStoreSays) {
    member(1).set_sync(LogicalDisk::STALE);
    run();
    member(1).set_sync(LogicalDisk::IN_SYNC);
    EXPECT_THAT(recorded(), ElementsAre("1 STALE ERRORS"));
}

/// A store that says something else meanwhile is right.
TEST_F(Members, ARecordIsMadeOnlyIfItIsTrueStill) {
    unplug(1);
    gate(1).leg = 'H';
    const RecordMember change = decide().records.at(0);
    EXPECT_TRUE(may_record(volume(), change));
    member(0).set_sync(LogicalDisk::STALE);
    EXPECT_FALSE(may_record(volume(), change)) << "it would be the last";
    member(0).set_sync(LogicalDisk::IN_SYNC);
    member(1).set_sync(LogicalDisk::REBUILDING);
    EXPECT_FALSE(may_record(volume(), change));
    leg().set_uuid(sample_uuid("ff", 99));
    EXPECT_FALSE(may_record(volume(), change));
}

// --- start ---

TEST_F(Members, ALegWaitsForAMemberThatIsInSyncAndThenStartsWithoutIt) {
    kernel_ = {};
    unplug(1);
    EXPECT_THAT(recorded(), IsEmpty());
    EXPECT_THAT(decide().absent, ElementsAre(member(1).uuid()));
    EXPECT_THAT(sentences(plan()), IsEmpty());
    EXPECT_EQ(build_desired(cluster_, disks_, sample_settings()).down.at(volume().uuid()),
              "waits for disk d1 on node n1");
    history_.given_up.insert(member(1).uuid());
    EXPECT_THAT(recorded(), ElementsAre("1 STALE ABSENT"));
    carry_out();
    EXPECT_THAT(raid().table[0].params, testing::EndsWith(" - -"));
    EXPECT_TRUE(kernel_.dm.contains(model::dm_uuid(DmKind::front, volume().uuid())));
}

TEST_F(Members, ALegNeverStartsWithOldData) {
    member(0).set_sync(LogicalDisk::STALE);
    kernel_ = {};
    unplug(1);
    history_.given_up.insert(member(1).uuid());
    EXPECT_THAT(recorded(), IsEmpty());
    EXPECT_THAT(sentences(plan()), IsEmpty());
    EXPECT_EQ(build_desired(cluster_, disks_, sample_settings()).down.at(volume().uuid()),
              "waits for disk d1 on node n1");
}

TEST_F(Members, ALegStartsWithoutItsStaleMember) {
    member(0).set_sync(LogicalDisk::STALE);
    kernel_ = {};
    carry_out();
    EXPECT_THAT(raid().table[0].params, HasSubstr(" 2 - - {dm:"));
    EXPECT_EQ(member(0).sync(), LogicalDisk::STALE);
}

/// What parity gives for it may be wrong after a crash.
TEST_F(Members, ALegWithParityStartsWithAllItsMembers) {
    make(v1::REDUNDANCY_RAID5);
    kernel_ = {};
    unplug(1);
    history_.given_up.insert(member(1).uuid());
    EXPECT_THAT(recorded(), IsEmpty());
    plug(1);
    member(1).set_sync(LogicalDisk::STALE);
    EXPECT_EQ(build_desired(cluster_, disks_, sample_settings()).down.at(volume().uuid()),
              "waits for an in-sync copy of what is on disk d1 on node n1");
}

// --- return ---

TEST_F(Members, AStaleMemberThatIsThereIsRebuilt) {
    member(1).set_sync(LogicalDisk::STALE);
    member(1).set_trouble(LogicalDisk::ABSENT);
    run();
    unplug(1);
    EXPECT_THAT(recorded(), IsEmpty());
    plug(1);
    EXPECT_THAT(recorded(), ElementsAre("1 REBUILDING"));
    const auto lines = sentences(plan());
    EXPECT_THAT(lines.at(0), HasSubstr("as rebuilding"));
    const auto raid = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
        return line.starts_with("reload dm device dnvme-raid-");
    });
    ASSERT_NE(raid, lines.end());
    EXPECT_THAT(*raid, HasSubstr(" raid1 5 0 rebuild 1 region_size "));
    EXPECT_THAT(raid[-1], StartsWith("wipe dm device dnvme-rmeta-" + member(1).uuid()));
    carry_out();
    EXPECT_EQ(member(1).sync(), LogicalDisk::REBUILDING);
    EXPECT_THAT(gate(1).table[0].params, HasSubstr("hold_on_error"));
}

TEST_F(Members, ItIsInSyncOnlyWhenDmRaidHasSaidSoForAWhile) {
    member(1).set_sync(LogicalDisk::STALE);
    run();
    carry_out();
    raid().raid =
        RaidHealth{.letters = "Aa", .idle = false, .synced_sectors = 4, .total_sectors = 8};
    EXPECT_THAT(recorded(), IsEmpty());
    EXPECT_THAT(decide().synced, IsEmpty());
    letter(1, 'A');
    EXPECT_THAT(decide().synced, IsEmpty()) << "it is not through";
    raid().raid->idle = true;
    EXPECT_THAT(recorded(), IsEmpty());
    EXPECT_THAT(decide().synced, ElementsAre(member(1).uuid()));
    history_.synced.insert(member(1).uuid());
    EXPECT_THAT(recorded(), ElementsAre("1 IN_SYNC"));
    carry_out();
    EXPECT_THAT(sentences(plan()), IsEmpty());
    EXPECT_FALSE(decide().degraded);
}

TEST_F(Members, ARebuildThatFailsIsOver) {
    for (const bool there : {true, false}) {
        make(v1::REDUNDANCY_RAID1);
        member(1).set_sync(LogicalDisk::STALE);
        run();
        carry_out();
        raid().raid = RaidHealth{.letters = "Aa", .idle = false};
        if (!there)
            unplug(1);
        gate(1).leg = 'H';
        EXPECT_THAT(recorded(), ElementsAre(there ? "1 STALE ERRORS" : "1 STALE ABSENT"));
        carry_out();
        EXPECT_THAT(raid().table[0].params, testing::EndsWith(" - -"));
    }
}

/// What was under way when the node went down counts for nothing.
TEST_F(Members, ARebuildBeginsAnewAfterACrash) {
    member(1).set_sync(LogicalDisk::REBUILDING);
    kernel_ = {};
    EXPECT_THAT(recorded(), ElementsAre("1 STALE TROUBLE_UNSPECIFIED"));
    carry_out();
    EXPECT_THAT(raid().table[0].params, testing::EndsWith(" - -"));
    raid().raid = RaidHealth{.letters = "A-", .idle = true};
    EXPECT_THAT(recorded(), ElementsAre("1 REBUILDING"));
}

/// A daemon that died between the record and the array finds the record.
TEST_F(Members, ARebuildThatWasRecordedOnlyIsBegun) {
    member(1).set_sync(LogicalDisk::STALE);
    run();
    member(1).set_sync(LogicalDisk::REBUILDING);
    EXPECT_THAT(recorded(), IsEmpty());
    EXPECT_THAT(sentences(plan()), testing::Contains(HasSubstr(" rebuild 1 ")));
    carry_out();
    EXPECT_THAT(sentences(plan()), IsEmpty());
}

/// Wherever the daemon dies on the way out or back, the next one finds on.
TEST_F(Members, EveryPrefixOfALossAndOfAReturnCanBeTakenUpAgain) {
    const auto check = [this](const std::function<void()>& hurt) {
        for (std::size_t steps = 0;; steps++) {
            make(v1::REDUNDANCY_RAID1);
            hurt();
            const std::vector<Action> actions = plan();
            if (steps > actions.size())
                break;
            StrictMachine machine(cluster_, kernel_);
            for (std::size_t i = 0; i < steps; i++)
                ASSERT_EQ(machine.run(actions[i]), "");
            cluster_ = machine.cluster();
            kernel_ = machine.kernel();
            ASSERT_NO_FATAL_FAILURE(carry_out()) << "after " << steps << " steps";
            EXPECT_THAT(sentences(plan()), IsEmpty()) << "after " << steps << " steps";
        }
    };
    check([this] {
        unplug(1);
        gate(1).leg = 'H';
    });
    check([this] {
        member(1).set_sync(LogicalDisk::STALE);
        run();
    });
}

TEST_F(Members, AMemberThatAnsweredWithErrorsRestsForAWhile) {
    member(1).set_sync(LogicalDisk::STALE);
    member(1).set_trouble(LogicalDisk::ERRORS);
    member(1).set_sync_since_unix_s(now_);
    run();
    now_ += kErrorsPause - 1;
    EXPECT_THAT(recorded(), IsEmpty());
    now_++;
    EXPECT_THAT(recorded(), ElementsAre("1 REBUILDING"));
}

/// A rebuild would make dm-raid forget what it has to make equal after a crash.
TEST_F(Members, ARebuildWaitsUntilTheArrayIsThroughWithItself) {
    make(v1::REDUNDANCY_RAID10);
    member(3).set_sync(LogicalDisk::STALE);
    run();
    raid().raid->letters = "aaa-";
    EXPECT_THAT(recorded(), IsEmpty());
    raid().raid->letters = "AAA-";
    raid().raid->idle = false;
    EXPECT_THAT(recorded(), IsEmpty());
    raid().raid->idle = true;
    EXPECT_THAT(recorded(), ElementsAre("3 REBUILDING"));
}

TEST_F(Members, OneIsRebuiltAfterTheOther) {
    make(v1::REDUNDANCY_RAID6);
    for (const int index : {1, 3}) {
        unplug(index);
        gate(index).leg = 'H';
    }
    carry_out();
    for (const int index : {1, 3})
        plug(index);
    raid().raid = RaidHealth{.letters = "A-A-", .idle = true};
    EXPECT_THAT(recorded(), ElementsAre("1 REBUILDING"));
    carry_out();
    raid().raid = RaidHealth{.letters = "AAA-", .idle = true};
    EXPECT_THAT(recorded(), IsEmpty());
    history_.synced.insert(member(1).uuid());
    carry_out();
    raid().raid = RaidHealth{.letters = "AAA-", .idle = true};
    EXPECT_THAT(recorded(), ElementsAre("3 REBUILDING"));
}

TEST_F(Members, LegsThatAreNewBeingDeletedOrOfOthersAreNotJudged) {
    unplug(1);
    gate(1).leg = 'H';
    ASSERT_THAT(recorded(), SizeIs(1));
    volume().set_deleting(true);
    EXPECT_THAT(recorded(), IsEmpty());
    volume().set_deleting(false);
    leg().set_formatted(false);
    EXPECT_THAT(recorded(), IsEmpty());
    leg().set_formatted(true);
    volume().set_node("n2");
    EXPECT_THAT(recorded(), IsEmpty());
}

/// Whatever takes the leg down would wait for what its gates hold.
TEST_F(Members, WhatIsHeldBelowAVolumeThatGoesIsFailedFirst) {
    unplug(1);
    gate(1).leg = 'H';
    volume().set_deleting(true);
    EXPECT_EQ(sentences(plan()).front(),
              "fail what member gate dnvme-rdata-" + member(1).uuid() + " gets");
}

}  // namespace
}  // namespace dnvme::plan
