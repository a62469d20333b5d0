// SPDX-License-Identifier: Apache-2.0
// The kernel refuses: at every single step, once, and for good.
#include <cerrno>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "machine.h"
#include "model/names.h"
#include "store/forwarding.h"

namespace dnvme::daemon {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Failures : public Machine {
  protected:
    /// A volume of two mirrored legs, with a second one beside it that must not suffer.
    void furnish_volumes() {
        furnish();
        ASSERT_DONE(create_volume("bystander"));
    }

    Status create() { return create_volume("v1", 1ULL << 30, 2, v1::REDUNDANCY_RAID1); }

    [[nodiscard]] std::string nqn() {
        return model::subsystem_nqn(cluster().volumes.at("v1").uuid());
    }

    /// Complete: a further run finds nothing to do and everything is healthy.
    void expect_settled() {
        EXPECT_TRUE(agent_->reconcile().settled());
        EXPECT_EQ(agent_->reconcile().done, 0U);
        const Observation seen = observe();
        EXPECT_THAT(seen.last.failed, IsEmpty());
    }
};

TEST_F(Failures, CreateIsCompleteOrUndoneWhicheverStepFails) {
    furnish_volumes();
    const auto without = sim_.state();
    for (int n = 1;; ++n) {
        SCOPED_TRACE(n);
        sim_.fail_action(n, EIO);
        const Status created = create();
        sim_.fail_action(0, 0);
        if (created) {
            ASSERT_GT(n, 10) << "faults were never injected";
            break;
        }
        EXPECT_THAT(created.error().message(), HasSubstr("create volume 'v1': "));
        EXPECT_THAT(created.error().message(), HasSubstr("Input/output error"));
        EXPECT_THAT(created.error().message(), HasSubstr("everything was undone"));
        EXPECT_THAT(cluster().volumes, Not(testing::Contains(testing::Key("v1"))));
        auto now = sim_.state();
        now.modules = without.modules;  // loaded modules stay
        ASSERT_TRUE(now == without) << "something was left behind";
        expect_settled();
    }
    expect_settled();
}

TEST_F(Failures, AttachIsCompleteOrUndoneWhicheverStepFails) {
    furnish_volumes();
    ASSERT_DONE(create());
    const auto without = sim_.state();
    for (int n = 1;; ++n) {
        SCOPED_TRACE(n);
        sim_.fail_action(n, EIO);
        const Status attached = attach("v1", "h1");
        sim_.fail_action(0, 0);
        if (attached) {
            ASSERT_GT(n, 2) << "faults were never injected";
            break;
        }
        EXPECT_THAT(attached.error().message(), HasSubstr("attach volume 'v1' to host 'h1': "));
        EXPECT_THAT(cluster().volumes.at("v1").hosts(), IsEmpty());
        auto now = sim_.state();
        now.modules = without.modules;
        ASSERT_TRUE(now == without) << "something was left behind";
        expect_settled();
    }
    EXPECT_THAT(sim_.state().subsystems.at(nqn()).allowed_hosts, testing::ElementsAre(kHostNqn));
    expect_settled();
}

TEST_F(Failures, DetachIsFinishedByTheNextRun) {
    furnish_volumes();
    ASSERT_DONE(create());
    const auto without = sim_.state();
    for (int n = 1;; ++n) {
        SCOPED_TRACE(n);
        ASSERT_DONE(attach("v1", "h1"));
        sim_.fail_action(n, EIO);
        const Status detached = detach("v1", "h1");
        sim_.fail_action(0, 0);
        if (detached) {
            ASSERT_GT(n, 2) << "faults were never injected";
            break;
        }
        EXPECT_THAT(detached.error().message(), HasSubstr("(dnvmed goes on trying)"));
        EXPECT_THAT(cluster().volumes.at("v1").hosts(), IsEmpty());
        expect_settled();
        auto now = sim_.state();
        now.modules = without.modules;
        ASSERT_TRUE(now == without) << "something was left behind";
    }
}

TEST_F(Failures, DeleteIsFinishedByTheNextRun) {
    furnish_volumes();
    const auto without = sim_.state();
    for (int n = 1;; ++n) {
        SCOPED_TRACE(n);
        ASSERT_DONE(create());
        sim_.fail_action(n, EBUSY);
        const Status deleted = delete_volume("v1");
        sim_.fail_action(0, 0);
        if (deleted) {
            ASSERT_GT(n, 10) << "faults were never injected";
            break;
        }
        EXPECT_THAT(deleted.error().message(), HasSubstr("delete volume 'v1': "));
        EXPECT_THAT(deleted.error().message(), HasSubstr("(dnvmed goes on trying)"));
        EXPECT_TRUE(cluster().volumes.at("v1").deleting());
        expect_settled();
        EXPECT_THAT(cluster().volumes, Not(testing::Contains(testing::Key("v1"))));
        auto now = sim_.state();
        now.modules = without.modules;
        ASSERT_TRUE(now == without) << "something was left behind";
    }
}

TEST_F(Failures, UndoThatFailsIsSaidAndFinishedLater) {
    furnish_volumes();
    const auto without = sim_.state();
    sim_.fail_matching("create dm device dnvme-front-", EIO);
    agent_->on_outcome([this](const Outcome&) { sim_.fail_matching("remove dm device", EBUSY); });
    const Status created = create();
    ASSERT_FALSE(created);
    EXPECT_THAT(created.error().message(), HasSubstr("undoing it failed, too"));
    EXPECT_THAT(created.error().message(), HasSubstr("(dnvmed goes on trying)"));
    EXPECT_TRUE(cluster().volumes.at("v1").deleting());

    agent_->on_outcome({});
    sim_.fail_matching("", 0);
    expect_settled();
    auto now = sim_.state();
    now.modules = without.modules;
    EXPECT_TRUE(now == without);
}

TEST_F(Failures, VolumeThatCannotBeTakenDownHoldsUpNobody) {
    furnish_volumes();
    ASSERT_DONE(create());
    const std::string front =
        model::dm_name(model::DmKind::front, cluster().volumes.at("v1").uuid());
    sim_.fail_matching("remove dm device " + front, EBUSY);
    ASSERT_FALSE(delete_volume("v1"));

    ASSERT_DONE(create_volume("v2"));
    ASSERT_DONE(attach("v2", "h1"));
    ASSERT_DONE(detach("v2", "h1"));
    ASSERT_DONE(delete_volume("v2"));
    EXPECT_TRUE(cluster().volumes.at("v1").deleting());
    EXPECT_FALSE(agent_->reconcile().settled());
    sim_.fail_matching("", 0);
    expect_settled();
}

TEST_F(Failures, WithoutAModuleNothingIsBuilt) {
    furnish();
    const auto without = sim_.state();
    sim_.fail_matching("load module dm_dnvme", ENOENT);
    const Status created = create();
    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().code(), Code::internal);
    EXPECT_THAT(created.error().message(), HasSubstr("load module dm_dnvme"));
    auto now = sim_.state();
    now.modules = without.modules;
    EXPECT_TRUE(now == without);
    EXPECT_THAT(cluster().volumes, IsEmpty());
}

TEST_F(Failures, VolumeBeingDeletedIsLeftAlone) {
    furnish();
    ASSERT_DONE(create());
    sim_.fail_matching("remove dm device", EBUSY);
    ASSERT_FALSE(delete_volume("v1"));
    EXPECT_REFUSED(attach("v1", "h1"), Code::precondition, "volume 'v1' is being deleted");
    EXPECT_REFUSED(create(), Code::precondition, "volume 'v1' is being deleted");
    sim_.fail_matching("", 0);
    EXPECT_TRUE(delete_volume("v1")) << "a delete that failed can be repeated";
    EXPECT_THAT(cluster().volumes, IsEmpty());
}

/// A store that somebody else writes to just before we do.
class ContestedStore : public store::ForwardingStore {
  public:
    using ForwardingStore::ForwardingStore;
    Result<std::int64_t> transact(const std::vector<store::Compare>& /*compares*/,
                                  const std::vector<store::Write>& /*writes*/) override {
        return fail(Code::conflict, "changed by somebody else meanwhile: try again");
    }
};

TEST_F(Failures, LabelIsTakenBackWhenTheRecordIsNotWritten) {
    ASSERT_DONE(create_node());
    ContestedStore contested(*store_);
    operations_ = std::make_unique<Operations>(contested, sim_, *agent_, "n1");
    const Status created = create_disk("/dev/sim0");
    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().code(), Code::conflict);
    EXPECT_THAT(created.error().message(), HasSubstr("create disk 'sim0': "));
    EXPECT_EQ(sim_.disks().inspect("/dev/sim0")->label_uuid, "");
}

}  // namespace
}  // namespace dnvme::daemon
