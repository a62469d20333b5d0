// SPDX-License-Identifier: Apache-2.0
#include "plan/heads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/names.h"
#include "plan/planner.h"
#include "sample.h"

namespace dnvme::plan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

const std::string kUuid = sample_uuid("ba", 1);
const std::string kDir = "dnvme-" + kUuid;
const std::string kIdentity = sample_uuid("ee", 0);

v1::Head sample_head() {
    v1::Head head;
    head.set_uuid(kUuid);
    head.set_name("m1");
    head.set_node("n1");
    head.set_identity(kIdentity);
    head.set_activation(v1::ACTIVATION_NVME);
    head.set_policy(v1::POLICY_ACTIVE_STANDBY);
    for (const char* name : {"a", "b"}) {
        v1::Path& path = *head.add_paths();
        path.set_name(name);
        path.set_priority(name[0] == 'a' ? 10 : 0);
    }
    return head;
}

PathDevices both() {
    return {{{kUuid, "a"}, "/dev/nvme0n1"}, {{kUuid, "b"}, "/dev/nvme1n1"}};
}

using HeadMap = std::map<std::string, Head>;

HeadMap wanted(const v1::Head& head, const PathDevices& devices) {
    model::Cluster cluster = sample_cluster();
    cluster.heads[head.name()] = head;
    return wanted_heads(cluster, "n1", devices);
}

/// After all of the plan.
HeadMap after(const HeadMap& wanted, const HeadMap& actual) {
    KernelState state;
    state.heads = actual;
    for (const Action& action : plan_heads(wanted, actual))
        apply_to(state, action);
    return state.heads;
}

std::vector<std::string> plan(const HeadMap& wanted, const HeadMap& actual) {
    return sentences(plan_heads(wanted, actual));
}

TEST(Heads, AreMadeWithTheirPathsAndThenEnabled) {
    EXPECT_THAT(
        plan(wanted(sample_head(), both()), {}),
        ElementsAre(
            "create head " + kDir + ": activation=nvme policy=active-standby uuid=" + kIdentity,
            "create path a of head " + kDir + " with priority 10 and identity " + kIdentity,
            "enable path a of head " + kDir + " on /dev/nvme0n1",
            "create path b of head " + kDir + " with priority 0 and identity " + kIdentity,
            "enable path b of head " + kDir + " on /dev/nvme1n1", "enable head " + kDir));
}

TEST(Heads, NeedNothingOnceTheyAreThere) {
    const HeadMap want = wanted(sample_head(), both());
    EXPECT_THAT(plan(want, after(want, {})), IsEmpty());
}

/// After every prefix the rest leads to the same.
TEST(Heads, CanBeTakenUpAnywhere) {
    const HeadMap want = wanted(sample_head(), both());
    const auto all = plan_heads(want, {});
    for (std::size_t steps = 0; steps <= all.size(); steps++) {
        KernelState state;
        for (std::size_t i = 0; i < steps; i++)
            apply_to(state, all[i]);
        EXPECT_THAT(plan(want, after(want, state.heads)), IsEmpty()) << steps;
    }
}

TEST(Heads, WaitForTheFirstPath) {
    EXPECT_EQ(plan(wanted(sample_head(), {}), {}).size(), 3U) << "not enabled";
    PathDevices one = both();
    one.erase({kUuid, "a"});
    const HeadMap none = after(wanted(sample_head(), {}), {});
    EXPECT_THAT(
        plan(wanted(sample_head(), one), none),
        ElementsAre("enable path b of head " + kDir + " on /dev/nvme1n1", "enable head " + kDir));
}

TEST(Heads, TakeAPathThatCameBackUnderAnotherName) {
    const HeadMap full = after(wanted(sample_head(), both()), {});
    HeadMap lost = full;
    lost.at(kDir).paths.at("b").enabled = false;  // the kernel let go
    EXPECT_THAT(plan(wanted(sample_head(), both()), lost),
                ElementsAre("enable path b of head " + kDir + " on /dev/nvme1n1"));
    PathDevices renamed = both();
    renamed[{kUuid, "b"}] = "/dev/nvme7n1";
    EXPECT_THAT(plan(wanted(sample_head(), renamed), full),
                ElementsAre("disable path b of head " + kDir,
                            "enable path b of head " + kDir + " on /dev/nvme7n1"));
}

TEST(Heads, KeepAPathWhoseDeviceWasNotFound) {
    EXPECT_THAT(plan(wanted(sample_head(), {}), after(wanted(sample_head(), both()), {})),
                IsEmpty());
}

TEST(Heads, AreBroughtBackToTheirRecord) {
    const HeadMap want = wanted(sample_head(), both());
    HeadMap actual = after(want, {});
    actual.at(kDir).attributes["policy"] = "round-robin";
    actual.at(kDir).paths.at("a").priority = 3;
    actual.at(kDir).paths["stranger"] = {};
    EXPECT_THAT(plan(want, actual),
                ElementsAre("remove path stranger of head " + kDir,
                            "set policy of head " + kDir + " to active-standby",
                            "set priority of path a of head " + kDir + " to 10"));
    actual = after(want, {});
    actual.at(kDir).paths.at("a").identity = "";
    EXPECT_EQ(plan(want, actual).front(), "remove path a of head " + kDir);
    EXPECT_EQ(after(want, actual), after(want, {}));
}

TEST(Heads, GetThoseSettingsThatAreOthersNow) {
    v1::Head head = sample_head();
    head.mutable_settings()->set_max_tries(5);
    head.mutable_settings()->set_queue_timeout_ms(1000);
    const HeadMap actual = after(wanted(head, both()), {});
    head.mutable_settings()->set_queue_timeout_ms(0);
    head.mutable_paths(1)->set_priority(20);
    const HeadMap want = wanted(head, both());
    EXPECT_THAT(plan(want, actual),
                ElementsAre("set queue_timeout_ms of head " + kDir + " to 0",
                            "set priority of path b of head " + kDir + " to 20"));
    EXPECT_THAT(plan(want, after(want, actual)), IsEmpty());
}

TEST(Heads, AreAskedFirstWhatTheyMayRefuse) {
    const HeadMap actual = after(wanted(sample_head(), both()), {});
    v1::Head head = sample_head();
    head.mutable_settings()->set_automatic_failback(true);
    head.mutable_settings()->set_pr_key(1);
    EXPECT_THAT(plan(wanted(head, both()), actual),
                ElementsAre("set pr_key of head " + kDir + " to 0x0000000000000001",
                            "set failback of head " + kDir + " to automatic"));
}

/// As in Documentation/ABI/testing/configfs-nvme-mpath-ext.
TEST(Heads, ChangeLiveButForWhatTheirPathsAreMadeWith) {
    for (const char* attribute :
         {"activation_timeout_ms", "queue_timeout_ms", "max_tries", "failover_interval_ms",
          "failback", "failback_delay_ms", "silence_timeout_ms"})
        EXPECT_TRUE(changes_live(attribute)) << attribute;
    for (const char* attribute : {"activation", "opcode", "policy", "pr_key", "uuid"})
        EXPECT_FALSE(changes_live(attribute)) << attribute;
}

TEST(Heads, GoFromTheTopDown) {
    const HeadMap full = after(wanted(sample_head(), both()), {});
    v1::Head gone = sample_head();
    gone.set_deleting(true);
    EXPECT_THAT(plan(wanted(gone, both()), full),
                ElementsAre("disable head " + kDir, "remove path a of head " + kDir,
                            "remove path b of head " + kDir, "remove head " + kDir));
    EXPECT_THAT(plan({}, full), ElementsAre(HasSubstr("disable"), testing::_, testing::_,
                                            HasSubstr("remove head")));
}

TEST(Heads, OfOtherNodesAreNotWanted) {
    v1::Head head = sample_head();
    head.set_node("n2");
    EXPECT_THAT(wanted(head, both()), IsEmpty());
}

TEST(Heads, SettingsAreSaidInTheKernelsWords) {
    v1::Head head;
    EXPECT_THAT(head_attributes(head),
                UnorderedElementsAre(Pair("activation", "none"), Pair("policy", "active-standby"),
                                     Pair("uuid", "")));
    v1::HeadSettings& settings = *head.mutable_settings();
    settings.set_activation_timeout_ms(100);
    settings.set_queue_timeout_ms(0);
    settings.set_max_tries(5);
    settings.set_failover_interval_ms(7);
    settings.set_automatic_failback(true);
    settings.set_failback_delay_ms(9);
    settings.set_silence_timeout_ms(3);
    settings.set_opcode(0xc1);
    settings.set_pr_key(0xabc);
    head.set_policy(v1::POLICY_ROUND_ROBIN);
    head.set_activation(v1::ACTIVATION_RESERVATION);
    EXPECT_THAT(
        head_attributes(head),
        UnorderedElementsAre(Pair("activation", "reservation"), Pair("policy", "round-robin"),
                             Pair("uuid", ""), Pair("activation_timeout_ms", "100"),
                             Pair("queue_timeout_ms", "0"), Pair("max_tries", "5"),
                             Pair("failover_interval_ms", "7"), Pair("failback", "automatic"),
                             Pair("failback_delay_ms", "9"), Pair("silence_timeout_ms", "3"),
                             Pair("opcode", "0xc1"), Pair("pr_key", "0x0000000000000abc")));
}

TEST(Heads, AreForgottenLast) {
    model::Cluster cluster = sample_cluster();
    cluster.heads["m1"] = sample_head();
    KernelState actual;
    actual.heads = after(wanted(sample_head(), both()), {});
    cluster.heads["m1"].set_deleting(true);
    const Desired desired = desire(cluster);
    const auto all = make_plan(cluster, desired, actual);
    EXPECT_EQ(describe(all.back()), "forget head m1");
    EXPECT_TRUE(check_plan(all, actual));
    EXPECT_FALSE(check_plan({RemoveHead{"somebodys"}}, actual));
}

TEST(Heads, NeedTheirModule) {
    model::Cluster cluster = sample_cluster();
    EXPECT_FALSE(desire(cluster).kernel.modules.contains("nvme_mpath_ext"));
    cluster.heads["m1"] = sample_head();
    EXPECT_TRUE(desire(cluster).kernel.modules.contains("nvme_mpath_ext"));
}

}  // namespace
}  // namespace dnvme::plan
