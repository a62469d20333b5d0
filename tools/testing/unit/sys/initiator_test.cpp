// SPDX-License-Identifier: Apache-2.0
#include "sys/initiator.h"

#include <cerrno>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"
#include "model/names.h"
#include "sys/refused.h"
#include "sys/text_file.h"

namespace dnvme::sys {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

const std::string kDisk = "11111111-2222-4333-8444-555555555555";
const std::string kNode = "66666666-7777-4888-8999-aaaaaaaaaaaa";
const std::string kNqn = model::logical_disk_nqn(kDisk);
const std::string kHost = model::node_nqn(kNode);

class InitiatorTest : public testing::Test {
  protected:
    void put(const std::string& file, const std::string& text) const {
        fs::create_directories((root / file).parent_path());
        std::ofstream(root / file) << text << '\n';
    }
    void controller(const std::string& name, const std::string& state,
                    const std::string& nqn = kNqn, const std::string& host = kHost) const {
        const std::string dir = "class/nvme/" + name + "/";
        put(dir + "transport", "tcp");
        put(dir + "subsysnqn", nqn);
        put(dir + "hostnqn", host);
        put(dir + "state", state);
        put(dir + "address", "traddr=192.0.2.2,trsvcid=4421,src_addr=192.0.2.1");
        put(dir + "delete_controller", "");
    }
    /// A disk; @p parent is what its link "device" leads to.
    void disk(const std::string& name, const std::string& uuid = kDisk,
              const std::string& nqn = kNqn) const {
        put("block/" + name + "/uuid", uuid);
        put("block/" + name + "/hidden", "0");
        put("block/" + name + "/size", "8192");
        put("block/" + name + "/device/subsysnqn", nqn);
        fs::create_directories(root / "block" / name / "holders");
    }
    [[nodiscard]] bool is_deleted(const std::string& name) const {
        return text_of(root / "class/nvme" / name / "delete_controller") == "1";
    }

    const TempDir directory;
    const Path root = directory / "";
    ConfigFs files;
    std::vector<std::string> asked;
    Status answer;
    Initiator initiator{files, root, [this](const std::string& options) {
                            asked.push_back(options);
                            return answer;
                        }};
};

TEST_F(InitiatorTest, FindsNothingWithoutTheModule) {
    EXPECT_THAT(initiator.probe().value(), IsEmpty());
    EXPECT_THAT(initiator.devices().value(), IsEmpty());
}

/// nvme_core.multipath=N: nvme3n1 is the connection's own.
TEST_F(InitiatorTest, ReadsAConnectionAndItsDevice) {
    controller("nvme3", "live");
    disk("nvme3n1");
    const auto found = initiator.probe();
    ASSERT_TRUE(found);
    ASSERT_THAT(*found, ElementsAre(Pair(kNqn, testing::_)));
    const plan::Connection& connection = found->at(kNqn);
    EXPECT_EQ(connection.address, "192.0.2.2");
    EXPECT_EQ(connection.service, 4421);
    EXPECT_EQ(connection.host_nqn, kHost);
    EXPECT_TRUE(connection.live);
    EXPECT_EQ(connection.device, "/dev/nvme3n1");
    EXPECT_EQ(connection.size_bytes, 8192U * 512);
}

/// nvme_core.multipath=Y: the disk is the subsystem's, the connection has a hidden one.
TEST_F(InitiatorTest, TakesNoHiddenDisk) {
    disk("nvme0c3n1");
    put("block/nvme0c3n1/hidden", "1");
    EXPECT_THAT(initiator.devices().value(), IsEmpty());
    disk("nvme0n1");
    EXPECT_THAT(initiator.devices().value(), ElementsAre(Pair(kDisk, "/dev/nvme0n1")));
}

TEST_F(InitiatorTest, TakesNoNamespaceThatIsNotItsSubsystems) {
    disk("nvme1n1", kNode);
    disk("nvme2n1", kDisk, "nqn.2026-01.org.example:other");
    disk("sda");
    EXPECT_THAT(initiator.devices().value(), IsEmpty());
    disk("nvme4n1");
    put("block/nvme4n1/size", "0");
    EXPECT_THAT(initiator.devices().value(), IsEmpty());
}

TEST_F(InitiatorTest, LeavesOutDisksOfTheMachineAndOtherSubsystems) {
    controller("nvme0", "live");
    put("class/nvme/nvme0/transport", "pcie");
    controller("nvme1", "live", "nqn.2026-01.org.example:other");
    EXPECT_THAT(initiator.probe().value(), IsEmpty());
}

TEST_F(InitiatorTest, OfTwoConnectionsTheLiveOneCounts) {
    controller("nvme1", "connecting");
    EXPECT_FALSE(initiator.probe()->at(kNqn).live);
    controller("nvme2", "live");
    controller("nvme3", "connecting");
    EXPECT_TRUE(initiator.probe()->at(kNqn).live);
}

TEST_F(InitiatorTest, AsksTheKernelToReconnectForEverAndToFailIoSoon) {
    disk("nvme1n1");
    const plan::Connection wanted{.nqn = kNqn,
                                  .address = "2001:db8::2",
                                  .service = 4421,
                                  .host_nqn = kHost,
                                  .live = false,
                                  .device = ""};
    ASSERT_TRUE(initiator.connect(wanted));
    EXPECT_THAT(asked, ElementsAre("nqn=" + kNqn +
                                   ",transport=tcp,traddr=2001:db8::2,trsvcid=4421,hostnqn=" +
                                   kHost + ",hostid=" + kNode +
                                   ",keep_alive_tmo=5,reconnect_delay=2,fast_io_fail_tmo=4,"
                                   "ctrl_loss_tmo=-1"));
    answer = refused(ECONNREFUSED, "connect");
    const Status again = initiator.connect(wanted);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().sys_errno(), ECONNREFUSED);
}

TEST_F(InitiatorTest, EndsItsOwnConnectionsOnly) {
    controller("nvme1", "live");
    controller("nvme2", "connecting");
    controller("nvme3", "live", kNqn, "nqn.2014-08.com.example:other");
    controller("nvme4", "live", model::logical_disk_nqn(kNode));
    ASSERT_TRUE(initiator.disconnect({.nqn = kNqn, .host_nqn = kHost}));
    EXPECT_TRUE(is_deleted("nvme1"));
    EXPECT_TRUE(is_deleted("nvme2"));
    EXPECT_FALSE(is_deleted("nvme3"));
    EXPECT_FALSE(is_deleted("nvme4"));
}

/// The kernel itself would not mind.
TEST_F(InitiatorTest, PullsNoDeviceFromUnderAnybody) {
    controller("nvme1", "live");
    disk("nvme1n1");
    fs::create_directories(root / "block/nvme1n1/holders/dm-3");
    const Status cut = initiator.disconnect({.nqn = kNqn, .host_nqn = kHost});
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().code(), Code::precondition);
    EXPECT_THAT(cut.error().message(), HasSubstr("something stands on /dev/nvme1n1"));
    EXPECT_FALSE(is_deleted("nvme1"));
}

}  // namespace
}  // namespace dnvme::sys
