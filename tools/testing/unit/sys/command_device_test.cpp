// SPDX-License-Identifier: Apache-2.0
// The records of /dev/nvmet-mpath-ext, over a pair of sockets.
#include "sys/command_device.h"

#include <array>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/nvmet-mpath-ext.h>
#include <sys/socket.h>

namespace dnvme::sys {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class CommandDeviceTest : public testing::Test {
  protected:
    CommandDeviceTest() {
        std::array<int, 2> ends{};
        EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends.data()), 0);
        module_ = Fd(ends[0]);
        device_.emplace(Fd(ends[1]));
    }

    static nvmet_mpath_ext_command record() {
        nvmet_mpath_ext_command record{};
        record.head = {.version = NVMET_MPATH_EXT_VERSION, .size = sizeof(record)};
        record.id = 77;
        record.epoch = 0x100000002;
        record.nsid = 1;
        record.flags = 1;
        record.cntlid = 5;
        record.action = 1;
        std::strcpy(record.subsysnqn, "nqn.s");
        std::strcpy(record.hostnqn, "nqn.h");
        return record;
    }
    void send(const void* bytes, std::size_t size) {
        ASSERT_EQ(::write(module_.get(), bytes, size), static_cast<ssize_t>(size));
    }
    void send(const nvmet_mpath_ext_command& record) { send(&record, sizeof(record)); }
    std::string refusal() {
        const auto received = device_->read();
        return received ? "taken" : received.error().message();
    }

    Fd module_;
    std::optional<CommandDevice> device_;
};

TEST_F(CommandDeviceTest, CommandComesAsItWasSent) {
    send(record());
    const auto received = device_->read();
    ASSERT_TRUE(received && *received);
    EXPECT_EQ((*received)->id, 77U);
    EXPECT_EQ((*received)->command.epoch, 0x100000002U);
    EXPECT_EQ((*received)->command.nsid, 1U);
    EXPECT_EQ((*received)->command.flags, 1U);
    EXPECT_EQ((*received)->command.action, 1U);
    EXPECT_EQ((*received)->command.subsystem_nqn, "nqn.s");
    EXPECT_EQ((*received)->command.host_nqn, "nqn.h");
}

TEST_F(CommandDeviceTest, NothingWaits) {
    const auto received = device_->read();
    ASSERT_TRUE(received);
    EXPECT_FALSE(*received);
}

TEST_F(CommandDeviceTest, NamesWithoutAnEndAreCut) {
    nvmet_mpath_ext_command endless = record();
    std::memset(endless.subsysnqn, 'x', sizeof(endless.subsysnqn));
    send(endless);
    EXPECT_EQ((*device_->read())->command.subsystem_nqn, std::string(NVMET_MPATH_EXT_NQN_LEN, 'x'));
}

TEST_F(CommandDeviceTest, OtherVersionsAndSizesAreRefused) {
    nvmet_mpath_ext_command other = record();
    other.head.version = 2;
    send(other);
    EXPECT_THAT(refusal(), AllOf(HasSubstr("version 2"), HasSubstr("dnvmed knows version 1"),
                                 HasSubstr("of one release")));
    other = record();
    other.head.size += 8;
    send(other);
    EXPECT_THAT(refusal(), HasSubstr("size 496"));
    send("x", 1);
    EXPECT_THAT(refusal(), HasSubstr("a record of 1 bytes"));
    const std::array<char, 900> longer{};
    send(longer.data(), longer.size());
    EXPECT_THAT(refusal(), HasSubstr("a record of 900 bytes"));
}

TEST_F(CommandDeviceTest, LossIsAnError) {
    module_ = Fd();
    EXPECT_THAT(refusal(), HasSubstr("has gone"));
    EXPECT_FALSE(device_->answer(1, {}));
}

TEST_F(CommandDeviceTest, AnswerIsOneRecord) {
    ASSERT_TRUE(device_->answer(
        77, {.status = 0x4782, .state = 1, .epoch = 0x300000004, .retry_100ms = 10}));
    nvmet_mpath_ext_answer answer{};
    ASSERT_EQ(::read(module_.get(), &answer, sizeof(answer)), static_cast<ssize_t>(sizeof(answer)));
    EXPECT_EQ(answer.head.version, NVMET_MPATH_EXT_VERSION);
    EXPECT_EQ(answer.head.size, sizeof(answer));
    EXPECT_EQ(answer.id, 77U);
    EXPECT_EQ(answer.epoch, 0x300000004U);
    EXPECT_EQ(answer.status, 0x4782);
    EXPECT_EQ(answer.state, 1);
    EXPECT_EQ(answer.retry_100ms, 10);
}

}  // namespace
}  // namespace dnvme::sys
