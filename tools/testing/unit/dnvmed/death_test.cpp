// SPDX-License-Identifier: Apache-2.0
// The daemon dies after any number of writes to the store and actions in the kernel. The next one
// finds whatever that left, and either completes it or takes it away.
#include <functional>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "machine.h"
#include "model/names.h"
#include "plan/references.h"
#include "store/forwarding.h"
#include "view.h"

namespace dnvme::daemon {
namespace {

/// How many steps a daemon still has to live.
struct Life {
    int steps = 0;
    bool dead = false;

    Status step() {
        dead = dead || steps-- == 0;
        return dead ? fail(Code::internal, "dead") : Status();
    }
};

class MortalStore : public store::ForwardingStore {
  public:
    MortalStore(store::Store& below, Life& life) : ForwardingStore(below), life_(life) {}
    Result<std::int64_t> transact(const std::vector<store::Compare>& compares,
                                  const std::vector<store::Write>& writes) override {
        if (auto alive = life_.step(); !alive) {
            return pass(alive.error());
        }
        return ForwardingStore::transact(compares, writes);
    }

  private:
    Life& life_;
};

class MortalKernel : public sys::Kernel {
  public:
    MortalKernel(sys::Kernel& below, Life& life) : below_(below), life_(life) {}
    sys::Disks& disks() override { return below_.disks(); }
    sys::Heads& heads() override { return below_.heads(); }
    Result<plan::KernelState> probe(const std::vector<sys::BlockDevice>& labelled) override {
        return below_.probe(labelled);
    }
    Status run(const plan::Action& action) override {
        if (auto alive = life_.step(); !alive) {
            return alive;
        }
        auto ran = below_.run(action);
        expect_one_owner();
        return ran;
    }
    std::vector<sys::FenceResult> fence_all(const std::vector<std::string>& uuids,
                                            std::uint64_t epoch,
                                            std::chrono::milliseconds drain) override {
        return below_.fence_all(uuids, epoch, drain);
    }

    Result<sys::CommandDevice> open_commands() override { return below_.open_commands(); }

  private:
    /// L3: no leg is below two fronts, at no moment.
    void expect_one_owner() {
        std::set<std::string> legs;
        const auto state = below_.probe({}).value();
        for (const auto& [uuid, device] : state.dm) {
            if (model::parse_dm_uuid(uuid)->kind != model::DmKind::front) {
                continue;
            }
            for (const auto& leg : plan::dm_devices_below(device)) {
                EXPECT_TRUE(legs.insert(leg).second) << leg << " is below " << uuid << " too";
            }
        }
    }

    sys::Kernel& below_;
    Life& life_;
};

class Deaths : public Machine {
  protected:
    /// Runs @p verb with a daemon that dies after @p steps, then starts a new one. Says whether the
    /// first one died.
    bool survive(int steps, const std::function<Status()>& verb) {
        Life life{.steps = steps};
        MortalStore store(*store_, life);
        MortalKernel kernel(sim_, life);
        operations_.reset();
        agent_ = std::make_unique<Agent>(store, kernel, plan::Settings{.node = "n1"});
        operations_ = std::make_unique<Operations>(store, kernel, *agent_, "n1");
        static_cast<void>(verb());
        restart_daemon();
        return life.dead;
    }

    /// Nothing is left to do, and what is there is whole and belongs to a record.
    void expect_whole() {
        const Outcome again = agent_->reconcile();
        EXPECT_TRUE(again.settled());
        EXPECT_EQ(again.done, 0U);
        const Observation seen = observe();
        for (const auto& [name, volume] : seen.cluster.volumes) {
            EXPECT_EQ(view_volume(seen, volume).health(), v1::HEALTH_OK) << name;
            EXPECT_FALSE(volume.deleting()) << name;
        }
        if (seen.cluster.volumes.empty()) {
            EXPECT_THAT(seen.kernel.dm, testing::IsEmpty());
            EXPECT_THAT(seen.kernel.subsystems, testing::IsEmpty());
        }
    }

    Status create() { return create_volume("v1", 1ULL << 30, 2, v1::REDUNDANCY_RAID1); }
    Status attach_both() {
        if (auto first = attach("v1", "h1"); !first) {
            return first;
        }
        return attach("v1", "h2");
    }

    void furnish_two_hosts() {
        furnish();
        ASSERT_DONE(create_host("h2", kOtherNqn));
    }
};

TEST_F(Deaths, Create) {
    furnish_two_hosts();
    int steps = 0;
    while (survive(steps, [this] { return create(); })) {
        SCOPED_TRACE(steps);
        expect_whole();
        if (cluster().volumes.contains("v1")) {
            ASSERT_DONE(delete_volume("v1"));
        }
        expect_whole();
        ++steps;
    }
    EXPECT_GT(steps, 20) << "it never died";
    expect_whole();
}

TEST_F(Deaths, Attach) {
    furnish_two_hosts();
    ASSERT_DONE(create());
    int steps = 0;
    while (survive(steps, [this] { return attach_both(); })) {
        SCOPED_TRACE(steps);
        expect_whole();
        const v1::Volume volume = cluster().volumes.at("v1");
        for (const auto& host : volume.hosts()) {
            ASSERT_DONE(detach("v1", host));
        }
        ++steps;
    }
    EXPECT_GT(steps, 5) << "it never died";
    expect_whole();
}

TEST_F(Deaths, Detach) {
    furnish_two_hosts();
    ASSERT_DONE(create());
    ASSERT_DONE(attach_both());
    int steps = 0;
    while (survive(steps, [this] { return detach("v1", "h1"); })) {
        SCOPED_TRACE(steps);
        expect_whole();
        const bool attached = cluster().volumes.at("v1").hosts_size() == 2;
        EXPECT_EQ(attached, steps == 0) << "what was recorded is carried out";
        if (!attached) {
            ASSERT_DONE(attach("v1", "h1"));
        }
        ++steps;
    }
    EXPECT_GT(steps, 2) << "it never died";
    const std::string nqn = model::subsystem_nqn(cluster().volumes.at("v1").uuid());
    EXPECT_THAT(sim_.state().subsystems.at(nqn).allowed_hosts, testing::ElementsAre(kOtherNqn));
    expect_whole();
}

/// The record decides: from its change on the new owner serves, whenever the daemon died.
TEST_F(Deaths, ChangeOfOwner) {
    furnish_volume(2);
    int steps = 0;
    std::uint32_t next = 1;
    while (survive(steps, [&] { return activate("v1", next); })) {
        SCOPED_TRACE(steps);
        expect_whole();
        const std::uint32_t owner = cluster().volumes.at("v1").owner();
        EXPECT_EQ(owner == next, steps > 0);
        next = (owner + 1) % 3;
        ++steps;
    }
    EXPECT_GT(steps, 6) << "it never died";
    expect_whole();
}

TEST_F(Deaths, Delete) {
    furnish_two_hosts();
    ASSERT_DONE(create());
    int steps = 0;
    while (survive(steps, [this] { return delete_volume("v1"); })) {
        SCOPED_TRACE(steps);
        expect_whole();
        EXPECT_EQ(cluster().volumes.contains("v1"), steps == 0);
        if (steps > 0) {
            ASSERT_DONE(create());
        }
        ++steps;
    }
    EXPECT_GT(steps, 20) << "it never died";
    expect_whole();
    EXPECT_THAT(cluster().volumes, testing::IsEmpty());
}

TEST_F(Deaths, DeleteOfAHost) {
    furnish_two_hosts();
    int steps = 0;
    while (survive(steps, [this] { return delete_host("h1"); })) {
        SCOPED_TRACE(steps);
        expect_whole();
        if (!cluster().hosts.contains("h1")) {
            ASSERT_DONE(create_host("h1"));
        }
        ++steps;
    }
    EXPECT_GT(steps, 1) << "it never died";
    EXPECT_FALSE(cluster().hosts.contains("h1"));
}

}  // namespace
}  // namespace dnvme::daemon
