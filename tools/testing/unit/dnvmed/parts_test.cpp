// SPDX-License-Identifier: Apache-2.0
// The small parts of the daemon, each on its own.
#include <array>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "backoff.h"
#include "event_sources.h"
#include "events.h"
#include "instance_lock.h"
#include "model/names.h"
#include "operations/disk_checks.h"
#include "owners.h"
#include "state_thread.h"

namespace dnvme::daemon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(BackoffTest, DoublesUpToAMinute) {
    Backoff backoff(1);
    for (const int longest : {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000}) {
        const auto delay = backoff.next().count();
        EXPECT_LE(delay, longest);
        EXPECT_GE(delay, longest * 3 / 4);
    }
    backoff.reset();
    EXPECT_LE(backoff.next(), Backoff::kFirst);
}

TEST(BackoffTest, DiffersBetweenNodes) {
    Backoff one(1);
    Backoff other(2);
    bool differs = false;
    for (int i = 0; i < 8; ++i) {
        differs = one.next() != other.next() || differs;
    }
    EXPECT_TRUE(differs);
}

TEST(InstanceLockTest, IsHeldOnceAndFreedWhenItGoes) {
    const std::string path = testing::TempDir() + "dnvmed-test.lock";
    {
        const auto first = InstanceLock::take(path);
        ASSERT_TRUE(first) << first.error().message();
        const auto second = InstanceLock::take(path);
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().code(), Code::precondition);
        EXPECT_THAT(second.error().message(),
                    HasSubstr("process " + std::to_string(getpid()) + ") runs here"));
    }
    EXPECT_TRUE(InstanceLock::take(path));
}

TEST(StateThreadTest, RunsTasksInTheirOrder) {
    auto thread = std::move(StateThread::make().value());
    std::vector<int> ran;
    for (const int i : {1, 2, 3}) {
        thread->post([&ran, i] { ran.push_back(i); });
    }
    thread->post([&] { thread->stop(); });
    ASSERT_TRUE(thread->run());
    EXPECT_THAT(ran, ElementsAre(1, 2, 3));
}

TEST(StateThreadTest, AnswersOtherThreads) {
    auto thread = std::move(StateThread::make().value());
    const auto loop_thread = std::this_thread::get_id();
    std::thread client([&] {
        const auto where = thread->ask<std::thread::id>(
            []() -> Result<std::thread::id> { return std::this_thread::get_id(); });
        EXPECT_EQ(where.value(), loop_thread);
        thread->post([&] { thread->stop(); });
    });
    ASSERT_TRUE(thread->run());
    client.join();
}

TEST(StateThreadTest, QuestionsAfterTheEndAreAnswered) {
    auto thread = std::move(StateThread::make().value());
    thread->post([&] { thread->stop(); });
    ASSERT_TRUE(thread->run());
    const auto answer = thread->ask<int>([]() -> Result<int> { return 1; });
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), Code::unavailable);
}

TEST(StateThreadTest, WaitingTasksAreDroppedAtTheEnd) {
    auto thread = std::move(StateThread::make().value());
    auto queue = std::make_shared<EventQueue>();
    bool ran = false;
    thread->post([&] { thread->stop(); });
    thread->post([&ran, sink = std::make_shared<QueueSink>(queue)] { ran = true; });
    ASSERT_TRUE(thread->run());
    EXPECT_FALSE(ran);
    EXPECT_FALSE(queue->pop());
    EXPECT_EQ(queue->result().error().code(), Code::unavailable);
}

TEST(AlarmTest, RingsAndMaySetTheNext) {
    auto thread = std::move(StateThread::make().value());
    Alarm alarm(*thread);
    int rang = 0;
    ASSERT_TRUE(alarm.set(std::chrono::milliseconds(1), [&] {
        ++rang;
        ASSERT_TRUE(alarm.set(std::chrono::milliseconds(1), [&] {
            ++rang;
            thread->stop();
        }));
    }));
    ASSERT_TRUE(thread->run());
    EXPECT_EQ(rang, 2);
}

TEST(AlarmTest, NewReplacesTheOld) {
    auto thread = std::move(StateThread::make().value());
    Alarm alarm(*thread);
    bool old_rang = false;
    ASSERT_TRUE(alarm.set(std::chrono::milliseconds(1), [&] { old_rang = true; }));
    ASSERT_TRUE(alarm.set(std::chrono::milliseconds(20), [&] { thread->stop(); }));
    ASSERT_TRUE(thread->run());
    EXPECT_FALSE(old_rang);
}

TEST(FdWatchTest, TellsThatSomethingCanBeRead) {
    auto thread = std::move(StateThread::make().value());
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    FdWatch watch(*thread);
    int woken = 0;
    ASSERT_TRUE(watch.set(ends[0], [&] {
        char letter = 0;
        EXPECT_EQ(read(ends[0], &letter, 1), 1);
        if (++woken == 2) {
            thread->stop();
        }
    }));
    ASSERT_EQ(write(ends[1], "ab", 2), 2);
    ASSERT_TRUE(thread->run());
    EXPECT_EQ(woken, 2);
    watch.clear();
    close(ends[0]);
    close(ends[1]);
}

TEST(EventQueueTest, GivesEventsThenTheFirstResult) {
    EventQueue queue;
    v1::Event event;
    event.mutable_step()->set_done(1);
    queue.push(event);
    queue.finish({});
    queue.finish(fail(Code::internal, "too late"));
    EXPECT_EQ(queue.pop()->step().done(), 1U);
    EXPECT_FALSE(queue.pop());
    EXPECT_TRUE(queue.result());
}

TEST(DiskName, ComesFromThePath) {
    EXPECT_EQ(name_from_path("/dev/nvme0n1"), "nvme0n1");
    EXPECT_EQ(name_from_path("/dev/disk/by-id/nvme-ACME_SSD:1"), "nvme-acme_ssd-1");
    EXPECT_EQ(name_from_path("sda"), "sda");
    EXPECT_EQ(name_from_path("/dev/--x"), "x");
    EXPECT_EQ(name_from_path("/dev/" + std::string(80, 'a')), std::string(63, 'a'));
    EXPECT_EQ(name_from_path("/dev/"), "");
}

class DeviceCheck : public testing::TestWithParam<std::string> {};

TEST_P(DeviceCheck, DiskOfAnotherManagerIsRefusedEvenWithForce) {
    sys::BlockDevice device;
    device.path = "/dev/sda";
    device.size_bytes = 1ULL << 40;
    device.signature = GetParam();
    const auto checked = check_device({}, device, true);
    ASSERT_FALSE(checked);
    EXPECT_THAT(checked.error().message(), HasSubstr("/dev/sda belongs to "));
    EXPECT_THAT(checked.error().message(), HasSubstr(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Managers, DeviceCheck,
                         testing::Values("LVM2_member", "linux_raid_member", "zfs_member",
                                         "ceph_bluestore", "drbd", "bcache"),
                         [](const auto& signature) { return signature.param; });

TEST(DeviceSize, SixteenMebibytesAreTheLeast) {
    sys::BlockDevice device;
    device.path = "/dev/sda";
    device.size_bytes = (16 << 20) - 512;
    const auto checked = check_device({}, device, true);
    ASSERT_FALSE(checked);
    EXPECT_THAT(checked.error().message(), HasSubstr("at least 16 MiB"));
    device.size_bytes = 16 << 20;
    EXPECT_TRUE(check_device({}, device, false));
}

constexpr const char* kVolume = "00000000-0000-4000-8000-000000000001";
constexpr const char* kLeg = "00000000-0000-4000-8000-000000000002";
constexpr const char* kMember = "00000000-0000-4000-8000-000000000003";
constexpr const char* kStandby = "00000000-0000-4000-8000-000000000005";
constexpr const char* kGone = "00000000-0000-4000-8000-000000000004";

class OwnersTest : public testing::Test {
  protected:
    OwnersTest() {
        v1::Volume volume;
        volume.set_uuid(kVolume);
        volume.set_name("v1");
        volume.add_legs()->set_uuid(kLeg);
        volume.mutable_legs(0)->add_members()->set_uuid(kMember);
        cluster_.volumes["v1"] = volume;
        desired_.ports[7].subsystems = {model::subsystem_nqn(kVolume)};
    }

    [[nodiscard]] std::string of(const plan::Action& action) const {
        return Owners(cluster_, desired_, {}).of(action);
    }

    static plan::CreateDm create(model::DmKind kind, const std::string& uuid) {
        plan::CreateDm action;
        action.device.uuid = model::dm_uuid(kind, uuid);
        return action;
    }

    model::Cluster cluster_;
    plan::KernelState desired_;
};

TEST_F(OwnersTest, EveryPartBelongsToItsVolume) {
    EXPECT_EQ(of(create(model::DmKind::ld, kMember)), kVolume);
    EXPECT_EQ(of(create(model::DmKind::pool, kLeg)), kVolume);
    EXPECT_EQ(of(create(model::DmKind::front, kVolume)), kVolume);
    EXPECT_EQ(of(plan::CreateThin{.pool_uuid = model::dm_uuid(model::DmKind::pool, kLeg)}),
              kVolume);
    EXPECT_EQ(of(plan::LinkSubsystem{.port = 7, .nqn = model::subsystem_nqn(kVolume)}), kVolume);
    plan::CreatePort port;
    port.port.id = 7;
    EXPECT_EQ(of(port), kVolume);
    EXPECT_EQ(of(plan::ResyncDirty{.rmeta_uuid = model::dm_uuid(model::DmKind::rmeta, kMember)}),
              kVolume);
    EXPECT_EQ(of(plan::MarkFormatted{.volume_uuid = kVolume, .leg_uuid = kLeg}), kVolume);
    plan::RecordMember record;
    record.volume_uuid = kVolume;
    EXPECT_EQ(of(record), kVolume);
    const std::string gate = model::dm_uuid(model::DmKind::rdata, kMember);
    EXPECT_EQ(of(plan::FailMember{.uuid = gate}), kVolume);
    EXPECT_EQ(of(plan::ReleaseMember{.uuid = gate}), kVolume);
    EXPECT_EQ(of(plan::CheckRaid{.uuid = model::dm_uuid(model::DmKind::raid, kLeg)}), kVolume);
    EXPECT_EQ(of(plan::ForgetVolume{.uuid = kVolume, .name = "v1"}), kVolume);
}

TEST_F(OwnersTest, LeftoversBelongToThemselves) {
    EXPECT_EQ(of(create(model::DmKind::front, kGone)), kGone);
    EXPECT_EQ(of(plan::RemoveSubsystem{.nqn = "nqn.x"}), "nqn.x");
    EXPECT_EQ(of(plan::RemovePort{.id = 9}), "port 9");
    EXPECT_EQ(of(plan::RemoveNvmetHost{.nqn = "nqn.host"}), "nqn.host");
}

TEST_F(OwnersTest, ModulesAreForEverybody) {
    EXPECT_EQ(of(plan::LoadModule{.module = "nvmet"}), Owners::kShared);
}

/// A volume serves without the module that changes its owner.
TEST_F(OwnersTest, ModuleOfTheCommandIsForWhoNeedsIt) {
    EXPECT_EQ(of(plan::LoadModule{.module = "nvmet_mpath_ext"}), "nvmet_mpath_ext");
}

TEST_F(OwnersTest, StandbysBelongToTheirVolume) {
    cluster_.volumes["v1"].add_standbys()->set_uuid(kStandby);
    EXPECT_EQ(of(create(model::DmKind::front, kStandby)), kVolume);
    EXPECT_EQ(of(plan::Fence{.uuid = model::dm_uuid(model::DmKind::front, kStandby)}), kVolume);
    EXPECT_EQ(of(plan::RemoveSubsystem{.nqn = model::subsystem_nqn(kStandby)}), kVolume);
    EXPECT_EQ(of(plan::SetAccess{.port = 7, .inaccessible = true}), kVolume);
}

}  // namespace
}  // namespace dnvme::daemon
