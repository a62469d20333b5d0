// SPDX-License-Identifier: Apache-2.0
// Commands of hosts, from the device to the kernel and back.
#include "activations.h"

#include <cstring>
#include <thread>

#include <gmock/gmock.h>
#include <linux/nvme-mpath-ext.h>
#include <linux/nvmet-mpath-ext.h>
#include <poll.h>

#include "machine.h"
#include "model/controllers.h"
#include "model/names.h"

namespace dnvme::daemon {
namespace {

constexpr std::uint16_t kRefused = NVME_MPATH_EXT_SC_REFUSED | NVMET_MPATH_EXT_DNR;
constexpr int kPatienceMs = 60000;

class ActivationsTest : public Machine {
  protected:
    ActivationsTest() {
        agent_->on_outcome([this](const Outcome&) { activations_.refresh(); });
    }

    v1::Volume volume() { return cluster().volumes.at("v1"); }
    [[nodiscard]] bool is_open() const { return sim_.module_end().valid(); }
    [[nodiscard]] bool was_closed() const {
        pollfd end{.fd = sim_.module_end().get(), .events = POLLIN, .revents = 0};
        return poll(&end, 1, 0) == 1 && (end.revents & POLLHUP) != 0;
    }

    nvmet_mpath_ext_command command(std::uint8_t action, std::uint32_t controller) {
        nvmet_mpath_ext_command record{};
        record.head = {.version = NVMET_MPATH_EXT_VERSION, .size = sizeof(record)};
        record.id = ++last_id_;
        record.nsid = 1;
        record.action = action;
        const std::string uuid = model::controllers_of(volume()).at(controller).uuid();
        std::strcpy(record.subsysnqn, model::subsystem_nqn(uuid).c_str());
        std::strcpy(record.hostnqn, kHostNqn);
        return record;
    }
    void send(const nvmet_mpath_ext_command& record) const {
        ASSERT_EQ(::write(sim_.module_end().get(), &record, sizeof(record)),
                  static_cast<ssize_t>(sizeof(record)));
    }
    /// Waits for it.
    [[nodiscard]] nvmet_mpath_ext_answer receive() const {
        pollfd readable{.fd = sim_.module_end().get(), .events = POLLIN, .revents = 0};
        EXPECT_EQ(poll(&readable, 1, kPatienceMs), 1);
        nvmet_mpath_ext_answer answer{};
        EXPECT_EQ(::read(readable.fd, &answer, sizeof(answer)),
                  static_cast<ssize_t>(sizeof(answer)));
        return answer;
    }
    nvmet_mpath_ext_answer ask(const nvmet_mpath_ext_command& record) {
        send(record);
        activations_.serve();
        nvmet_mpath_ext_answer answer = receive();
        EXPECT_EQ(answer.id, record.id);
        return answer;
    }
    nvmet_mpath_ext_answer ask(std::uint8_t action, std::uint32_t controller) {
        return ask(command(action, controller));
    }

    std::unique_ptr<StateThread> thread_ = std::move(StateThread::make().value());
    Activations activations_{*store_, sim_, *agent_, *thread_};
    std::uint64_t last_id_ = 0;
};

TEST_F(ActivationsTest, DeviceIsHadWhileThereAreStandbys) {
    furnish();
    EXPECT_FALSE(is_open());
    ASSERT_DONE(create_volume("v1"));
    EXPECT_FALSE(is_open());
    ASSERT_DONE(create_volume("v2", 1 << 30, 1, v1::REDUNDANCY_NONE, 1));
    EXPECT_TRUE(is_open());
    ASSERT_DONE(delete_volume("v2"));
    EXPECT_TRUE(was_closed());
}

// Its module is loaded where hosts reach the controllers, and nowhere else.
TEST_F(ActivationsTest, DeviceIsOfNoUseToANodeThatOnlyHasMembers) {
    furnish();
    ASSERT_DONE(create_volume("v1", 1 << 30, 1, v1::REDUNDANCY_NONE, 1));
    const auto loaded = store::load(*store_).value();
    v1::Volume volume = loaded.cluster.volumes.at("v1");
    volume.set_node("n2");
    ASSERT_TRUE(store::Change(loaded).put(volume).commit(*store_));
    activations_.refresh();
    EXPECT_TRUE(was_closed());
}

TEST_F(ActivationsTest, QueryTellsStateAndEpoch) {
    furnish_volume(1);
    const auto owner = ask(NVME_MPATH_EXT_QUERY, 0);
    EXPECT_EQ(owner.status, 0);
    EXPECT_EQ(owner.state, NVME_MPATH_EXT_STATE_ACTIVE);
    EXPECT_EQ(owner.epoch, 1U);
    EXPECT_EQ(ask(NVME_MPATH_EXT_QUERY, 1).state, NVME_MPATH_EXT_STATE_STANDBY);
    EXPECT_EQ(volume().epoch(), 1U);
}

TEST_F(ActivationsTest, ActivationIsAnsweredWhenTheControllerServes) {
    furnish_volume(2);
    const auto answer = ask(NVME_MPATH_EXT_ACTIVATE, 2);
    EXPECT_EQ(answer.status, 0);
    EXPECT_EQ(answer.state, NVME_MPATH_EXT_STATE_ACTIVE);
    EXPECT_EQ(answer.epoch, 2U);
    EXPECT_EQ(volume().owner(), 2U);
    EXPECT_TRUE(agent_->last().settled());
    EXPECT_EQ(agent_->reconcile().done, 0U);
}

TEST_F(ActivationsTest, OwnerIsAnsweredAtOnce) {
    furnish_volume(1);
    const std::size_t before = sim_.history().size();
    EXPECT_EQ(ask(NVME_MPATH_EXT_ACTIVATE, 0).state, NVME_MPATH_EXT_STATE_ACTIVE);
    EXPECT_EQ(sim_.history().size(), before);
    EXPECT_EQ(volume().epoch(), 1U);
}

TEST_F(ActivationsTest, WithoutAReceiptItIsNotFencedAndNotBegunAnew) {
    furnish_volume(1);
    const std::string front = model::dm_uuid(model::DmKind::front, volume().uuid());
    sim_.leave_in_flight(front, 1);
    for (int times = 0; times < 3; ++times) {
        const auto answer = ask(NVME_MPATH_EXT_ACTIVATE, 1);
        EXPECT_EQ(answer.status, NVME_MPATH_EXT_SC_NOT_FENCED);
        EXPECT_EQ(answer.state, NVME_MPATH_EXT_STATE_ACTIVATING);
        EXPECT_EQ(answer.epoch, 2U);
        EXPECT_GT(answer.retry_100ms, 0);
    }
    EXPECT_EQ(ask(NVME_MPATH_EXT_QUERY, 0).state, NVME_MPATH_EXT_STATE_STANDBY);
    sim_.leave_in_flight(front, 0);
    EXPECT_TRUE(agent_->reconcile().settled());
    EXPECT_EQ(ask(NVME_MPATH_EXT_ACTIVATE, 1).status, 0);
    EXPECT_EQ(volume().epoch(), 2U);
}

TEST_F(ActivationsTest, VolumeThatWaitsForADiskChangesNothing) {
    furnish();
    ASSERT_DONE(create_volume("v1", 1ULL << 30, 4, v1::REDUNDANCY_NONE, 1));
    ASSERT_DONE(attach("v1", "h1"));
    sim_.unplug("/dev/sim0");
    EXPECT_FALSE(agent_->reconcile().settled());
    EXPECT_EQ(ask(NVME_MPATH_EXT_ACTIVATE, 1).status, NVME_MPATH_EXT_SC_NOT_FENCED);
    EXPECT_EQ(volume().epoch(), 1U);
}

TEST_F(ActivationsTest, StrangerIsRefused) {
    furnish_volume(1);
    auto strange = command(NVME_MPATH_EXT_ACTIVATE, 1);
    std::strcpy(strange.hostnqn, kOtherNqn);
    EXPECT_EQ(ask(strange).status, kRefused);
    EXPECT_EQ(volume().owner(), 0U);
}

/// 64 hosts fail over in the time of one.
TEST_F(ActivationsTest, CommandsThatWaitShareOneRun) {
    furnish();
    for (const char* name : {"v1", "v2"}) {
        ASSERT_DONE(create_volume(name, 1 << 30, 1, v1::REDUNDANCY_NONE, 1));
        ASSERT_DONE(attach(name, "h1"));
    }
    int runs = 0;
    agent_->on_outcome([&](const Outcome&) { ++runs; });
    send(command(NVME_MPATH_EXT_ACTIVATE, 1));
    auto other = command(NVME_MPATH_EXT_ACTIVATE, 1);
    const std::string uuid = cluster().volumes.at("v2").standbys(0).uuid();
    std::strcpy(other.subsysnqn, model::subsystem_nqn(uuid).c_str());
    send(other);
    send(command(NVME_MPATH_EXT_ACTIVATE, 0));
    activations_.serve();
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(receive().status, NVME_MPATH_EXT_SC_IN_PROGRESS) << "it may not undo the first";
    EXPECT_EQ(receive().status, 0);
    EXPECT_EQ(receive().status, 0);
    EXPECT_EQ(cluster().volumes.at("v1").owner(), 1U);
    EXPECT_EQ(cluster().volumes.at("v2").owner(), 1U);
}

TEST_F(ActivationsTest, DeviceThatIsLostIsOpenedAgain) {
    furnish_volume(1);
    sim_.lose_commands();
    std::thread loop([this] {
        thread_->post([this] { activations_.serve(); });
        EXPECT_TRUE(thread_->run());
    });
    bool opened = false;
    while (!opened) {
        opened = thread_->ask<bool>([this]() -> Result<bool> { return is_open(); }).value();
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    thread_->post([this] { thread_->stop(); });
    loop.join();
    EXPECT_EQ(ask(NVME_MPATH_EXT_QUERY, 0).status, 0);
}

TEST_F(ActivationsTest, RecordOfAnotherVersionClosesTheDevice) {
    furnish_volume(1);
    auto newer = command(NVME_MPATH_EXT_ACTIVATE, 1);
    newer.head.version = 2;
    send(newer);
    activations_.serve();
    char byte = 0;
    EXPECT_EQ(::read(sim_.module_end().get(), &byte, 1), 0) << "it was not closed";
    EXPECT_EQ(volume().owner(), 0U);
}

/// As the daemon has it: the loop wakes up by itself.
TEST_F(ActivationsTest, CommandWakesTheStateThread) {
    furnish_volume(1);
    const auto record = command(NVME_MPATH_EXT_ACTIVATE, 1);
    std::thread loop([this] { EXPECT_TRUE(thread_->run()); });
    send(record);
    EXPECT_EQ(receive().status, 0);
    thread_->post([this] { thread_->stop(); });
    loop.join();
}

}  // namespace
}  // namespace dnvme::daemon
