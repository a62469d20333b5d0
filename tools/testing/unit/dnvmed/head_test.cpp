// SPDX-License-Identifier: Apache-2.0
// Heads and their paths, from the request to the kernel.
#include <gmock/gmock.h>

#include "device_watch.h"
#include "machine.h"
#include "model/names.h"
#include "view.h"

namespace dnvme::daemon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Pair;

constexpr const char* kIdentity = "11111111-2222-4333-8444-555555555555";

class HeadTest : public Machine {
  protected:
    static v1::CreateHeadRequest head_request(const std::string& name) {
        v1::CreateHeadRequest request;
        request.set_name(name);
        request.set_identity(kIdentity);
        request.set_activation(v1::ACTIVATION_NVME);
        return request;
    }
    static v1::CreatePathRequest path_request(const std::string& name, const std::string& device) {
        v1::CreatePathRequest request;
        request.set_head("m1");
        request.mutable_path()->set_name(name);
        request.mutable_path()->set_device(device);
        return request;
    }
    Status create_head(const std::string& name = "m1") {
        return run(daemon::create_head, head_request(name));
    }
    Status create_path(const std::string& name, const std::string& device) {
        return run(daemon::create_path, path_request(name, device));
    }
    Status on_path(Result<Intent> (*verb)(const Context&, const v1::PathRequest&),
                   const std::string& path) {
        v1::PathRequest request;
        request.set_head("m1");
        request.set_path(path);
        return run(verb, request);
    }
    Status set(const std::function<void(v1::HeadSettings&)>& give, const std::string& head = "m1") {
        v1::SetHeadRequest request;
        request.set_name(head);
        give(*request.mutable_settings());
        return run(daemon::set_head, request);
    }
    Status set_priority(const std::string& path, std::optional<std::uint32_t> priority) {
        v1::SetPathRequest request;
        request.set_head("m1");
        request.set_path(path);
        if (priority) {
            request.set_priority(*priority);
        }
        return run(daemon::set_path, request);
    }
    Status delete_head() {
        v1::DeleteRequest request;
        request.set_name("m1");
        return run(daemon::delete_head, request);
    }
    void make_head() {
        ASSERT_DONE(create_head());
        ASSERT_DONE(create_path("a", "/dev/simns0"));
        ASSERT_DONE(create_path("b", "/dev/simns1"));
    }
    std::string dir() { return model::head_dir(cluster().heads.at("m1").uuid()); }
    v1::HeadView view() { return view_head(observe(), cluster().heads.at("m1")); }
};

TEST_F(HeadTest, LivesAndGoes) {
    make_head();
    const v1::HeadView seen = view();
    EXPECT_EQ(seen.health(), v1::HEALTH_OK) << seen.problem();
    EXPECT_EQ(seen.disk(), "/dev/nvmemp0");
    EXPECT_EQ(seen.active_path(), "a");
    ASSERT_EQ(seen.paths_size(), 2);
    EXPECT_EQ(seen.paths(1).device(), "/dev/simns1");
    EXPECT_EQ(seen.paths(1).state(), "ready");
    EXPECT_EQ(agent_->reconcile().done, 0U);
    ASSERT_DONE(delete_head());
    EXPECT_THAT(sim_.state().heads, IsEmpty());
    EXPECT_THAT(cluster().heads, IsEmpty());
}

TEST_F(HeadTest, PathIsFoundByItsSubsystem) {
    ASSERT_DONE(create_head());
    v1::CreatePathRequest request = path_request("a", "");
    request.mutable_path()->set_subsystem_nqn("nqn.2026-01.org.example:sim1");
    request.mutable_path()->set_nsid(1);
    ASSERT_DONE(run(daemon::create_path, request));
    EXPECT_EQ(view().paths(0).device(), "/dev/simns1");
}

TEST_F(HeadTest, IsDownWithoutAPathAndSaysWhy) {
    ASSERT_DONE(create_head());
    EXPECT_EQ(view().health(), v1::HEALTH_DOWN);
    EXPECT_THAT(view().problem(), HasSubstr("it has no path"));
    ASSERT_DONE(create_path("a", "/dev/elsewhere"));
    EXPECT_THAT(view().problem(), HasSubstr("path a: its device is not there"));
}

TEST_F(HeadTest, TakesAPathThatCameBack) {
    make_head();
    sim_.unplug_namespace("/dev/simns0");
    EXPECT_TRUE(agent_->reconcile().settled());
    EXPECT_EQ(view().health(), v1::HEALTH_DEGRADED);
    EXPECT_EQ(view().active_path(), "b");
    sim_.plug_namespace("/dev/simns0");
    EXPECT_EQ(agent_->reconcile().done, 1U);
    EXPECT_EQ(view().health(), v1::HEALTH_OK);
}

TEST_F(HeadTest, RefusesADeviceThatIsAnotherAndTakesItBack) {
    make_head();
    const Status created = create_path("c", "/dev/simns2");
    ASSERT_FALSE(created);
    EXPECT_THAT(created.error().message(), HasSubstr("66666666-7777-4888-8999-aaaaaaaaaaaa"));
    EXPECT_THAT(created.error().message(), HasSubstr("everything was undone"));
    EXPECT_EQ(cluster().heads.at("m1").paths_size(), 2);
    EXPECT_EQ(view().health(), v1::HEALTH_OK);
}

/// One path that cannot be taken holds up no other.
TEST_F(HeadTest, BadPathHoldsUpNoOther) {
    make_head();
    sim_.fail_matching("enable path a", EBUSY);
    reboot();
    EXPECT_EQ(view().active_path(), "b");
    EXPECT_EQ(view().health(), v1::HEALTH_DEGRADED);
    sim_.fail_matching("", 0);
    EXPECT_TRUE(agent_->reconcile().settled());
    EXPECT_EQ(view().health(), v1::HEALTH_OK);
}

TEST_F(HeadTest, PathIsActivatedByHand) {
    make_head();
    ASSERT_DONE(on_path(daemon::activate_path, "b"));
    EXPECT_EQ(view().active_path(), "b");
    EXPECT_REFUSED(on_path(daemon::activate_path, "c"), Code::not_found, "has no path 'c'");
}

TEST_F(HeadTest, PathIsTakenAway) {
    make_head();
    ASSERT_DONE(on_path(daemon::delete_path, "a"));
    EXPECT_EQ(view().paths_size(), 1);
    EXPECT_EQ(view().active_path(), "b");
    EXPECT_REFUSED(on_path(daemon::delete_path, "a"), Code::not_found, "has no path 'a'");
}

TEST_F(HeadTest, SettingsChangeWhileItIsInUse) {
    make_head();
    ASSERT_DONE(set([](auto& settings) { settings.set_queue_timeout_ms(1000); }));
    ASSERT_DONE(set([](auto& settings) {
        settings.set_max_tries(0);
        settings.set_automatic_failback(true);
    }));
    EXPECT_THAT(last_.plan(), ElementsAre("set failback of head " + dir() + " to automatic",
                                          "set max_tries of head " + dir() + " to 0"));
    EXPECT_EQ(last_.steps(), last_.plan());
    const v1::HeadSettings settings = last_.events.back().head().head().settings();
    EXPECT_EQ(settings.queue_timeout_ms(), 1000U) << "was not given";
    EXPECT_TRUE(settings.has_max_tries());
    EXPECT_THAT(sim_.state().heads.at(dir()).attributes,
                IsSupersetOf({Pair("queue_timeout_ms", "1000"), Pair("failback", "automatic")}));
    EXPECT_EQ(view().health(), v1::HEALTH_OK);
}

TEST_F(HeadTest, SettingsAreThereAfterARestartAndAReboot) {
    make_head();
    ASSERT_DONE(set([](auto& settings) { settings.set_max_tries(5); }));
    ASSERT_DONE(set_priority("b", 20));
    const Fingerprint before = fingerprint();
    restart_daemon();
    EXPECT_TRUE(fingerprint() == before);
    reboot();
    EXPECT_EQ(sim_.state().heads, before.kernel.heads);
}

TEST_F(HeadTest, SettingWhatItHasDoesNothing) {
    make_head();
    ASSERT_DONE(set([](auto& settings) { settings.set_max_tries(5); }));
    ASSERT_DONE(set([](auto& settings) { settings.set_max_tries(5); }));
    EXPECT_THAT(last_.plan(), IsEmpty());
}

TEST_F(HeadTest, DryRunOfSettingChangesNothing) {
    make_head();
    const Fingerprint before = fingerprint();
    v1::SetHeadRequest request;
    request.set_name("m1");
    request.set_dry_run(true);
    request.mutable_settings()->set_max_tries(5);
    ASSERT_DONE(run(daemon::set_head, request));
    EXPECT_THAT(last_.plan(), ElementsAre("set max_tries of head " + dir() + " to 5"));
    EXPECT_TRUE(fingerprint() == before);
}

TEST_F(HeadTest, WhatItsPathsAreMadeWithStaysWhileThereAreSome) {
    ASSERT_DONE(create_head());
    const auto c1 = [](auto& settings) { settings.set_opcode(0xc1); };
    ASSERT_DONE(set(c1));
    ASSERT_DONE(create_path("a", "/dev/simns0"));
    ASSERT_DONE(create_path("b", "/dev/not-there"));
    EXPECT_REFUSED(set([](auto& settings) { settings.set_opcode(0xc2); }), Code::precondition,
                   "opcode cannot change while head 'm1' has paths", "(a, b)", "path delete");
    EXPECT_REFUSED(set([](auto& settings) { settings.set_pr_key(7); }), Code::precondition,
                   "pr_key cannot change");
    ASSERT_DONE(set(c1));
    ASSERT_DONE(on_path(daemon::delete_path, "a"));
    ASSERT_DONE(on_path(daemon::delete_path, "b"));
    ASSERT_DONE(set([](auto& settings) { settings.set_opcode(0xc2); }));
    ASSERT_DONE(create_path("a", "/dev/simns0"));
    EXPECT_EQ(view().health(), v1::HEALTH_OK);
    EXPECT_EQ(sim_.state().heads.at(dir()).attributes.at("opcode"), "0xc2");
}

TEST_F(HeadTest, SettingsThatTheKernelRefusesAreTakenBack) {
    make_head();
    ASSERT_DONE(set([](auto& settings) { settings.set_max_tries(5); }));
    sim_.fail_matching("set queue_timeout_ms", EINVAL);
    const Status done = set([](auto& settings) {
        settings.set_max_tries(6);
        settings.set_queue_timeout_ms(7);
    });
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().message(), HasSubstr("set head 'm1': set queue_timeout_ms"));
    EXPECT_THAT(done.error().message(), HasSubstr("everything was undone"));
    EXPECT_EQ(cluster().heads.at("m1").settings().max_tries(), 5U);
    EXPECT_FALSE(cluster().heads.at("m1").settings().has_queue_timeout_ms());
    EXPECT_EQ(sim_.state().heads.at(dir()).attributes.at("max_tries"), "5");
    EXPECT_EQ(view().health(), v1::HEALTH_OK) << view().problem();
}

TEST_F(HeadTest, BadSettingsChangeNothing) {
    make_head();
    EXPECT_REFUSED(set([](auto& /*none*/) {}), Code::invalid, "nothing to set");
    EXPECT_REFUSED(set([](auto& settings) { settings.set_max_tries(1001); }), Code::invalid,
                   "max_tries 1001", "0 to 1000");
    EXPECT_REFUSED(set([](auto& settings) { settings.set_activation_timeout_ms(99); }),
                   Code::invalid, "activation_timeout_ms 99", "100 to 3600000");
    EXPECT_REFUSED(set([](auto& settings) { settings.set_max_tries(1); }, "m2"), Code::not_found,
                   "head 'm2' does not exist");
    auto request = head_request("m2");
    request.set_activation(v1::ACTIVATION_RESERVATION);
    request.mutable_settings()->set_pr_key(1);
    ASSERT_DONE(run(daemon::create_head, request));
    EXPECT_REFUSED(set([](auto& settings) { settings.set_pr_key(0); }, "m2"), Code::invalid,
                   "needs a key");
}

TEST_F(HeadTest, PriorityChangesWhileThePathIsInUse) {
    make_head();
    ASSERT_DONE(set_priority("b", 20));
    EXPECT_THAT(last_.plan(), ElementsAre("set priority of path b of head " + dir() + " to 20"));
    EXPECT_EQ(view().paths(1).priority(), 20U);
    EXPECT_EQ(sim_.state().heads.at(dir()).paths.at("b").priority, 20U);
    EXPECT_REFUSED(set_priority("b", 256), Code::invalid, "priority 256", "0 to 255");
    EXPECT_REFUSED(set_priority("b", std::nullopt), Code::invalid, "give a priority");
    EXPECT_REFUSED(set_priority("c", 1), Code::not_found, "has no path 'c'");
    sim_.fail_matching("set priority", EIO);
    EXPECT_THAT(set_priority("b", 3).error().message(), HasSubstr("everything was undone"));
    EXPECT_EQ(cluster().heads.at("m1").paths(1).priority(), 20U);
}

TEST_F(HeadTest, ComesBackAfterAReboot) {
    make_head();
    reboot();
    EXPECT_EQ(view().health(), v1::HEALTH_OK);
}

TEST_F(HeadTest, IsNotMadeWithoutItsModule) {
    sim_.fail_matching("load module nvme_mpath_ext", ENOENT);
    const Status created = create_head();
    ASSERT_FALSE(created);
    EXPECT_THAT(created.error().message(), HasSubstr("nvme_mpath_ext"));
    EXPECT_THAT(cluster().heads, IsEmpty());
}

TEST_F(HeadTest, BadRequestsChangeNothing) {
    make_head();
    EXPECT_REFUSED(create_head(), Code::exists, "head 'm1' exists already");
    EXPECT_REFUSED(create_head("M 2"), Code::invalid, "is not a name for a head");
    auto request = head_request("m2");
    request.set_identity("zz");
    EXPECT_REFUSED(run(daemon::create_head, request), Code::invalid, "'zz' is no identity");
    request = head_request("m2");
    request.mutable_settings()->set_max_tries(1001);
    EXPECT_REFUSED(run(daemon::create_head, request), Code::invalid, "max_tries 1001", "0 to 1000");
    request = head_request("m2");
    request.mutable_settings()->set_opcode(0x10);
    EXPECT_REFUSED(run(daemon::create_head, request), Code::invalid, "opcode 16");
    request = head_request("m2");
    request.set_activation(v1::ACTIVATION_RESERVATION);
    EXPECT_REFUSED(run(daemon::create_head, request), Code::invalid, "needs a key");
    EXPECT_REFUSED(create_path("a", "/dev/simns2"), Code::exists, "has a path 'a' already");
    EXPECT_REFUSED(create_path("c", "simns2"), Code::invalid, "'simns2' is no device");
    EXPECT_REFUSED(create_path("c", ""), Code::invalid, "either a device or the NQN");
    auto path = path_request("c", "");
    path.mutable_path()->set_subsystem_nqn("nqn.x");
    EXPECT_REFUSED(run(daemon::create_path, path), Code::invalid, "is not an NVMe qualified name");
    path.mutable_path()->set_subsystem_nqn("nqn.2026-01.org.example:x");
    EXPECT_REFUSED(run(daemon::create_path, path), Code::invalid, "0 is no namespace identifier");
    path.mutable_path()->set_nsid(1);
    path.mutable_path()->set_priority(256);
    EXPECT_REFUSED(run(daemon::create_path, path), Code::invalid, "priority 256");
}

TEST(DeviceWatch, LooksAtWhatMayBeAPath) {
    for (const char* name : {"nvme0n1", "nvme1", "sda", "vda"}) {
        EXPECT_TRUE(may_be_a_path(name)) << name;
    }
    for (const char* name : {"nvmemp0", "dm-3", "loop1", "zram0"}) {
        EXPECT_FALSE(may_be_a_path(name)) << name;
    }
}

}  // namespace
}  // namespace dnvme::daemon
