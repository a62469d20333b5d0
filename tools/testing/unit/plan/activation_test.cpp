// SPDX-License-Identifier: Apache-2.0
// Every action in every situation.
#include "plan/activation.h"

#include <gtest/gtest.h>
#include <linux/nvme-mpath-ext.h>
#include <linux/nvmet-mpath-ext.h>

#include "model/names.h"
#include "sample.h"

namespace dnvme::plan {
namespace {

constexpr std::uint16_t kDnr = NVMET_MPATH_EXT_DNR;
constexpr std::uint16_t kInvalidField = 0x002 | kDnr;
constexpr std::uint16_t kInvalidNamespace = 0x00b | kDnr;
constexpr std::uint16_t kRefused = NVME_MPATH_EXT_SC_REFUSED | kDnr;
constexpr std::uint16_t kStale = NVME_MPATH_EXT_SC_STALE_EPOCH | kDnr;
constexpr std::uint64_t kEpoch = 7;

/// Volume v0 with two standbys, owned by controller 1, attached to h0.
model::Cluster sample() {
    model::Cluster cluster = sample_cluster();
    v1::Volume& volume = add_volume(cluster, "v0", 1, v1::REDUNDANCY_NONE);
    add_standby(volume);
    add_standby(volume);
    volume.set_owner(1);
    volume.set_epoch(kEpoch);
    attach(volume, "h0");
    return cluster;
}

std::string nqn_of(std::uint32_t controller) {
    const v1::Volume volume = sample().volumes.at("v0");
    return model::subsystem_nqn(model::controllers_of(volume).at(controller).uuid());
}

ActivationCommand ask(std::uint8_t action, std::uint32_t controller) {
    return {.action = action,
            .flags = 0,
            .epoch = 0,
            .nsid = 1,
            .subsystem_nqn = nqn_of(controller),
            .host_nqn = "nqn.2014-08.com.example:h0"};
}

const std::set<std::string>& sample_volume() {
    static const std::set<std::string> uuid{sample().volumes.at("v0").uuid()};
    return uuid;
}

struct Case {
    const char* name;
    std::uint8_t action;
    std::uint32_t controller;
    Readiness readiness;
    std::uint16_t status;
    std::uint8_t state;
    bool changes = false;
};

Readiness serving() {
    return {.down = {}, .failed = {}, .busy = {}, .node = "n1"};
}
Readiness down() {
    return {.down = sample_volume(), .failed = {}, .busy = {}, .node = "n1"};
}
Readiness failed() {
    return {.down = {}, .failed = sample_volume(), .busy = {}, .node = "n1"};
}
Readiness busy() {
    return {.down = {}, .failed = {}, .busy = sample_volume(), .node = "n1"};
}
Readiness blind() {
    return {.down = {}, .failed = {}, .busy = {}, .blind = true, .node = "n1"};
}

constexpr std::uint8_t kQuery = NVME_MPATH_EXT_QUERY;
constexpr std::uint8_t kActivate = NVME_MPATH_EXT_ACTIVATE;
constexpr std::uint8_t kFencePeer = NVME_MPATH_EXT_FENCE_PEER;
constexpr std::uint8_t kStandby = NVME_MPATH_EXT_STATE_STANDBY;
constexpr std::uint8_t kActivating = NVME_MPATH_EXT_STATE_ACTIVATING;
constexpr std::uint8_t kActive = NVME_MPATH_EXT_STATE_ACTIVE;
constexpr std::uint16_t kNotFenced = NVME_MPATH_EXT_SC_NOT_FENCED;
constexpr std::uint16_t kInProgress = NVME_MPATH_EXT_SC_IN_PROGRESS;

std::vector<Case> cases() {
    return {
        {"QueryOfTheOwner", kQuery, 1, serving(), 0, kActive},
        {"QueryOfAStandby", kQuery, 0, serving(), 0, kStandby},
        {"QueryOfTheOwnerDown", kQuery, 1, down(), 0, kActivating},
        {"QueryOfAStandbyDown", kQuery, 2, down(), 0, kStandby},
        {"QueryOfTheOwnerFailed", kQuery, 1, failed(), 0, kActivating},
        {"QueryOfTheOwnerBusy", kQuery, 1, busy(), 0, kActivating},
        {"QueryOfTheOwnerBlind", kQuery, 1, blind(), 0, kActivating},
        {"ActivateTheOwner", kActivate, 1, serving(), 0, kActive},
        {"ActivateAStandby", kActivate, 2, serving(), 0, 0, true},
        {"ActivateTheOwnerDown", kActivate, 1, down(), kNotFenced, kActivating},
        {"ActivateAStandbyDown", kActivate, 0, down(), kNotFenced, kStandby},
        {"ActivateTheOwnerAgainAfterAFailure", kActivate, 1, failed(), kNotFenced, kActivating},
        {"ActivateAStandbyAfterAFailure", kActivate, 0, failed(), 0, 0, true},
        {"ActivateTheOwnerBusy", kActivate, 1, busy(), kInProgress, kActivating},
        {"ActivateAStandbyBusy", kActivate, 0, busy(), kInProgress, kStandby},
        {"ActivateTheOwnerBlind", kActivate, 1, blind(), kNotFenced, kActivating},
        {"FencePeerOfTheOwner", kFencePeer, 1, serving(), 0, kActive},
        {"FencePeerOfAStandby", kFencePeer, 0, serving(), 0, 0, true},
        {"FencePeerDown", kFencePeer, 0, down(), kNotFenced, kStandby},
        {"FencePeerBusy", kFencePeer, 0, busy(), kInProgress, kStandby},
    };
}

class ActivationTable : public testing::TestWithParam<Case> {};

TEST_P(ActivationTable, IsAnsweredSo) {
    const Case& c = GetParam();
    const Verdict verdict = decide(ask(c.action, c.controller), sample(), c.readiness);
    ASSERT_EQ(verdict.change.has_value(), c.changes);
    if (c.changes) {
        EXPECT_EQ(verdict.change->owner(), c.controller);
        EXPECT_EQ(verdict.change->epoch(), kEpoch + 1);
        return;
    }
    EXPECT_EQ(verdict.answer.status, c.status);
    EXPECT_EQ(verdict.answer.state, c.state);
    EXPECT_EQ(verdict.answer.epoch, kEpoch);
    const bool again = c.status == kNotFenced || c.status == kInProgress;
    EXPECT_EQ(verdict.answer.retry_100ms != 0, again);
}

INSTANTIATE_TEST_SUITE_P(Activation, ActivationTable, testing::ValuesIn(cases()),
                         [](const auto& info) { return info.param.name; });

/// @p spoilt differs from what would change the owner, and is answered @p status without a change.
void expect_refused(const ActivationCommand& spoilt, std::uint16_t status,
                    const model::Cluster& cluster = sample()) {
    const Verdict verdict = decide(spoilt, cluster, serving());
    EXPECT_FALSE(verdict.change);
    EXPECT_EQ(verdict.answer.status, status);
}

TEST(Activation, NobodyElsesNamespaceIsKnown) {
    ActivationCommand command = ask(kActivate, 0);
    for (const char* nqn : {"", "nqn.2014-08.org.nvmexpress.discovery", "\xff\xfe"}) {
        command.subsystem_nqn = nqn;
        expect_refused(command, kInvalidNamespace);
    }
    command = ask(kActivate, 0);
    for (const std::uint32_t nsid : {0U, 2U, 0xffffffffU}) {
        command.nsid = nsid;
        expect_refused(command, kInvalidNamespace);
    }
}

TEST(Activation, GarbageIsAnInvalidField) {
    for (unsigned action = 3; action <= 0xff; action++)
        expect_refused(ask(static_cast<std::uint8_t>(action), 0), kInvalidField);
    ActivationCommand command = ask(kActivate, 0);
    for (const std::uint32_t flags : {2U, 3U, 0x80000000U}) {
        command.flags = flags;
        expect_refused(command, kInvalidField);
    }
    for (const std::uint8_t action : {kQuery, kFencePeer}) {
        command = ask(action, 0);
        command.flags = NVME_MPATH_EXT_PLANNED;
        expect_refused(command, kInvalidField);
    }
}

TEST(Activation, PlannedOneIsTakenToo) {
    ActivationCommand command = ask(kActivate, 0);
    command.flags = NVME_MPATH_EXT_PLANNED;
    EXPECT_TRUE(decide(command, sample(), serving()).change);
}

TEST(Activation, HostsThatAreNotAttachedLearnNothing) {
    ActivationCommand command = ask(kQuery, 1);
    for (const char* nqn : {"", "nqn.2014-08.com.example:h1", "nqn.2014-08.com.example:stranger"}) {
        command.host_nqn = nqn;
        expect_refused(command, kRefused);
        EXPECT_EQ(decide(command, sample(), serving()).answer,
                  ActivationAnswer{.status = kRefused});
    }
    model::Cluster cluster = sample();
    cluster.hosts["h0"].set_deleting(true);
    expect_refused(ask(kActivate, 0), kRefused, cluster);
}

TEST(Activation, VolumeBeingDeletedHasNoNextOwner) {
    model::Cluster cluster = sample();
    cluster.volumes["v0"].set_deleting(true);
    expect_refused(ask(kActivate, 0), kRefused, cluster);
}

TEST(Activation, EpochThatIsOverIsStale) {
    for (const std::uint8_t action : {kActivate, kFencePeer}) {
        for (const std::uint32_t controller : {0U, 1U}) {
            ActivationCommand command = ask(action, controller);
            command.epoch = kEpoch - 1;
            expect_refused(command, kStale);
            EXPECT_EQ(decide(command, sample(), serving()).answer.epoch, kEpoch);
        }
    }
}

TEST(Activation, PresentEpochIsTaken) {
    ActivationCommand command = ask(kActivate, 0);
    command.epoch = kEpoch;
    EXPECT_TRUE(decide(command, sample(), serving()).change);
}

/// The store is older than what the host has seen: whoever it calls the owner may have been
/// another.
TEST(Activation, EpochThatHasNotBeenIsRefused) {
    ActivationCommand command = ask(kActivate, 0);
    for (const std::uint64_t epoch : {kEpoch + 1, ~std::uint64_t{0}}) {
        command.epoch = epoch;
        expect_refused(command, kRefused);
    }
}

TEST(Activation, QueryIsAnsweredWhateverItsEpoch) {
    ActivationCommand command = ask(kQuery, 0);
    for (const std::uint64_t epoch : {kEpoch - 1, kEpoch, kEpoch + 1}) {
        command.epoch = epoch;
        expect_refused(command, 0);
    }
}

/// The epoch of the command is over by then: that must not make the success stale.
TEST(Activation, EndsWithSuccessOnceTheControllerServes) {
    ActivationCommand command = ask(kActivate, 0);
    command.epoch = kEpoch;
    model::Cluster cluster = sample();
    cluster.volumes["v0"] = *decide(command, cluster, serving()).change;
    const ActivationAnswer done{.status = 0, .state = kActive, .epoch = kEpoch + 1};
    EXPECT_EQ(conclude(command, cluster, serving()), done);
    for (const Readiness& readiness : {down(), failed(), blind()}) {
        const ActivationAnswer not_yet = conclude(command, cluster, readiness);
        EXPECT_EQ(not_yet.status, kNotFenced);
        EXPECT_EQ(not_yet.state, kActivating);
        EXPECT_NE(not_yet.retry_100ms, 0);
    }
}

TEST(Activation, EndsWithoutSuccessIfAnotherBecameOwnerMeanwhile) {
    model::Cluster cluster = sample();
    EXPECT_EQ(conclude(ask(kActivate, 0), cluster, serving()).status, kNotFenced);
    cluster.volumes.clear();
    EXPECT_EQ(conclude(ask(kActivate, 0), cluster, serving()).status, kInvalidNamespace);
}

}  // namespace
}  // namespace dnvme::plan
