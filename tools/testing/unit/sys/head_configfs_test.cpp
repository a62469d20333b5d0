// SPDX-License-Identifier: Apache-2.0
#include "sys/head_configfs.h"

#include <cerrno>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"
#include "sys/kernel_log.h"
#include "sys/refused.h"

namespace dnvme::sys {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kHead = "dnvme-11111111-2222-4333-8444-555555555555";
const std::string kIdentity = "66666666-7777-4888-8999-aaaaaaaaaaaa";

/// Fills directories as the kernel does, and can refuse.
class FakeHeads final : public ConfigFs {
  public:
    explicit FakeHeads(Path root) : root_(std::move(root)) {}

    Status make_dir(const Path& dir) override {
        calls.push_back("mkdir " + dir.lexically_relative(root_).string());
        if (Status made = ConfigFs::make_dir(dir); !made)
            return made;
        const bool path = dir.parent_path().filename() == "paths";
        if (!path)
            fs::create_directory(dir / "paths");
        for (const char* name : {"enable", "uuid", "activation", "policy", "priority", "device"})
            std::ofstream(dir / name) << "\n";
        std::ofstream(dir / (path ? "state" : "disk")) << (path ? "ready\n" : "none\n");
        return {};
    }
    Status remove_dir(const Path& dir) override {
        calls.push_back("rmdir " + dir.lexically_relative(root_).string());
        fs::remove_all(dir);
        return {};
    }
    Status write(const Path& attribute, const std::string& value) override {
        const std::string text = "write " + attribute.lexically_relative(root_).string() + "=" +
                                 value.substr(0, value.size() - 1);
        calls.push_back(text);
        if (!fail_on.empty() && text.find(fail_on) != std::string::npos)
            return refused(EXDEV, text);
        return ConfigFs::write(attribute, value);
    }

    std::vector<std::string> calls;
    std::string fail_on;

  private:
    Path root_;
};

class HeadConfigfsTest : public testing::Test {
  protected:
    void SetUp() override { fs::create_directories(root / "config"); }

    void put(const std::string& file, const std::string& text) const {
        fs::create_directories((root / file).parent_path());
        std::ofstream(root / file) << text << '\n';
    }
    static void ok(const Status& done) { EXPECT_TRUE(done) << done.error().message(); }
    void make_head() {
        ok(heads.create({kHead, {{"activation", "nvme"}, {"uuid", kIdentity}}}));
        ok(heads.create_path({kHead, "a", kIdentity, 10}));
        ok(heads.enable_path({kHead, "a", "/dev/nvme0n1"}));
        ok(heads.enable({kHead}));
    }
    void controller(const std::string& name, const std::string& nqn, const std::string& state) {
        put("sys/class/nvme/" + name + "/subsysnqn", nqn);
        put("sys/class/nvme/" + name + "/state", state);
        put("sys/class/nvme/" + name + "/" + name + "n1/nsid", "1");
        put("sys/class/nvme/" + name + "/" + name + "n2/nsid", "2");
    }
    std::string find(const std::string& nqn, std::uint32_t nsid) {
        v1::Path path;
        path.set_subsystem_nqn(nqn);
        path.set_nsid(nsid);
        return heads.find(path);
    }

    const TempDir directory;
    const Path root = directory / "";
    FakeHeads fake{root / "config"};
    HeadConfigfs heads{fake, root / "config", root / "sys"};
};

TEST_F(HeadConfigfsTest, HeadIsReadBackAsItWasMade) {
    make_head();
    const auto read = heads.probe();
    ASSERT_TRUE(read);
    ASSERT_EQ(read->size(), 1U);
    const plan::Head& head = read->at(kHead);
    EXPECT_TRUE(head.enabled);
    EXPECT_EQ(head.attributes.at("activation"), "nvme");
    EXPECT_EQ(head.attributes.at("uuid"), kIdentity);
    EXPECT_EQ(head.paths.at("a"), (plan::HeadPath{"/dev/nvme0n1", kIdentity, 10, true}));
}

TEST_F(HeadConfigfsTest, IsNobodysWhoIsNotCalledSo) {
    fs::create_directories(root / "config/somebodys/paths");
    EXPECT_THAT(heads.probe().value(), IsEmpty());
    EXPECT_THAT(heads.status().value(), IsEmpty());
}

TEST_F(HeadConfigfsTest, EnablesAPathAfterItHasItsDevice) {
    make_head();
    EXPECT_THAT(
        fake.calls,
        ElementsAre("mkdir " + kHead, "write " + kHead + "/activation=nvme",
                    "write " + kHead + "/uuid=" + kIdentity, "mkdir " + kHead + "/paths/a",
                    "write " + kHead + "/paths/a/priority=10",
                    "write " + kHead + "/paths/a/uuid=" + kIdentity,
                    "write " + kHead + "/paths/a/device=/dev/nvme0n1",
                    "write " + kHead + "/paths/a/enable=1", "write " + kHead + "/enable=1"));
}

TEST_F(HeadConfigfsTest, WhatFailsHalfWayIsUndone) {
    fake.fail_on = "/uuid=";
    const Status made = heads.create({kHead, {{"activation", "nvme"}, {"uuid", kIdentity}}});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().sys_errno(), EXDEV);
    EXPECT_EQ(fake.calls.back(), "rmdir " + kHead);
    EXPECT_THAT(heads.probe().value(), IsEmpty());
}

TEST_F(HeadConfigfsTest, MissingModuleIsNamed) {
    fs::remove_all(root / "config");
    const Status made = heads.create({kHead, {}});
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().message(), HasSubstr("module nvme-mpath-ext is missing"));
    EXPECT_THAT(heads.probe().value(), IsEmpty());
}

TEST_F(HeadConfigfsTest, StatusComesFromBothPlaces) {
    make_head();
    put("config/" + kHead + "/disk", "nvmemp3");
    put("config/" + kHead + "/active_path", "a");
    put("config/" + kHead + "/epoch", "7");
    put("config/" + kHead + "/paths/a/state", "active");
    put("config/" + kHead + "/paths/a/identity", kIdentity);
    put("config/" + kHead + "/paths/a/errors", "2");
    put("sys/block/nvmemp3/head/state", "up");
    put("sys/block/nvmemp3/head/queued", "5");
    put("sys/block/nvmemp3/head/failovers", "6");
    const HeadStatus status = heads.status().value().at(kHead);
    EXPECT_EQ(status.disk, "nvmemp3");
    EXPECT_EQ(status.state, "up");
    EXPECT_EQ(status.active_path, "a");
    EXPECT_EQ(status.queued, 5U);
    EXPECT_EQ(status.failovers, 6U);
    EXPECT_EQ(status.epoch, 7U);
    EXPECT_EQ(status.paths.at("a").state, "active");
    EXPECT_EQ(status.paths.at("a").errors, 2U);
    EXPECT_EQ(status.paths.at("a").identity, kIdentity);
}

TEST_F(HeadConfigfsTest, FindsANamespaceByItsSubsystem) {
    controller("nvme0", "nqn.a", "live");
    controller("nvme1", "nqn.b", "live");
    EXPECT_EQ(find("nqn.a", 1), "/dev/nvme0n1");
    EXPECT_EQ(find("nqn.b", 2), "/dev/nvme1n2");
    EXPECT_EQ(find("nqn.b", 3), "");
    EXPECT_EQ(find("nqn.c", 1), "");
}

TEST_F(HeadConfigfsTest, PrefersAControllerThatIsLive) {
    controller("nvme0", "nqn.a", "connecting");
    EXPECT_EQ(find("nqn.a", 1), "/dev/nvme0n1");
    controller("nvme1", "nqn.a", "live");
    EXPECT_EQ(find("nqn.a", 1), "/dev/nvme1n1");
}

TEST_F(HeadConfigfsTest, WhatNativeMultipathHidesIsNoPath) {
    put("sys/class/nvme/nvme0/subsysnqn", "nqn.a");
    put("sys/class/nvme/nvme0/nvme0c0n1/nsid", "1");
    EXPECT_EQ(find("nqn.a", 1), "");
}

TEST_F(HeadConfigfsTest, DeviceThatIsNoneIsNotFound) {
    v1::Path path;
    path.set_device("/dev/null");
    EXPECT_EQ(heads.find(path), "");
    path.set_device("/dev/not/there");
    EXPECT_EQ(heads.find(path), "");
}

TEST_F(HeadConfigfsTest, PathIsActivatedByItsName) {
    make_head();
    put("config/" + kHead + "/active_path", "none");
    ok(heads.activate(kHead, "a"));
    EXPECT_EQ(fake.calls.back(), "write " + kHead + "/active_path=a");
}

TEST(MpathExtWords, AreThoseOfTheModule) {
    EXPECT_EQ(mpath_ext_words("3,100,5,-;nvme_mpath_ext: h: path b is another namespace\n K=v"),
              "h: path b is another namespace");
    EXPECT_FALSE(mpath_ext_words("3,100,5,-;device-mapper: x"));
    EXPECT_FALSE(mpath_ext_words("nonsense"));
}

}  // namespace
}  // namespace dnvme::sys
