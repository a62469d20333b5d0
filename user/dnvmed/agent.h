// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "found_disks.h"
#include "member_watch.h"
#include "plan/planner.h"
#include "store/records.h"
#include "sys/doors.h"

namespace dnvme::daemon {

/// Told of every action that was done, 1 to total.
using Progress =
    std::function<void(std::size_t done, std::size_t total, const std::string& action)>;

/// What one run of the pipeline came to.
struct Outcome {
    /// Set if it ended before any action: the store or the kernel could not be read.
    std::optional<Error> broken;
    /// Owner (see owners.h) of whom not everything was done -> why.
    std::map<std::string, Error> failed;
    /// Volume uuid -> what it waits for.
    std::map<std::string, std::string> down;
    /// Volume uuid -> what keeps it from having all of its size.
    std::map<std::string, std::string> growing;
    /// Volume uuid -> what it waits for of members that are recorded in-sync; it may serve.
    std::map<std::string, std::string> lacking;
    std::size_t done = 0;
    /// When to look again at the latest, though nothing has happened: at members of legs.
    std::optional<std::chrono::milliseconds> again;
    /// Something was connected, or a step of a handover was recorded: another run can build on it.
    bool goes_on = false;
    /// Of the store: what it held then is what this came of.
    std::int64_t revision = 0;
    /// Records that concern this node have changed since the run before.
    bool concerned = false;

    /// Nothing failed and no volume waits for anything.
    [[nodiscard]] bool settled() const {
        return !broken && failed.empty() && down.empty() && growing.empty();
    }
    /// What kept the first of @p owners with a failure from being finished.
    [[nodiscard]] Status of(const std::vector<std::string>& owners) const;
};

/// A plan that was not carried out. In its outcome, whose part of it would be refused.
struct Rehearsal {
    std::vector<plan::Action> plan;
    Outcome outcome;
};

/// Everything that the views show, read at one moment. A value.
struct Observation {
    std::string node;  ///< whose kernel was read
    model::Cluster cluster;
    store::Statuses statuses;  ///< what all daemons say
    FoundDisks disks;
    plan::KernelState kernel;
    plan::PathDevices paths;                       ///< where the devices of paths are
    std::map<std::string, sys::HeadStatus> heads;  ///< by directory
    std::map<std::string, std::string> down;       ///< volume uuid -> what it waits for
    std::map<std::string, std::string> growing;    ///< volume uuid -> why it is not as large yet
    Outcome last;                                  ///< of the last run
};

/// Reconciles this node's kernel to the store. State thread only.
class Agent {
  public:
    Agent(store::Store& store, sys::Kernel& kernel, plan::Settings settings,
          Clock clock = std::chrono::steady_clock::now)
        : store_(store),
          kernel_(kernel),
          settings_(std::move(settings)),
          members_(settings_.patience, std::move(clock)) {}

    [[nodiscard]] const std::string& node() const { return settings_.node; }

    /// Called after every run, whoever asked for it.
    void on_outcome(std::function<void(const Outcome&)> listener) {
        listener_ = std::move(listener);
    }

    /// One run of the whole pipeline, or some more while each leads to the next.
    Outcome reconcile(const Progress& progress = {});
    /// What reconcile() would do if the store held this model; does nothing.
    Result<Rehearsal> rehearse(const model::Cluster& cluster);
    Result<Observation> observe();
    /// The same with the records of the last run, for when the store does not answer.
    Result<Observation> observe_from_memory();
    /// Of the last run.
    [[nodiscard]] const Outcome& last() const { return last_; }
    /// Whether a change of the records at this revision is known already: read by the last run, or
    /// made by it.
    [[nodiscard]] bool knows(std::int64_t revision) const;
    /// Whether gates or arrays have changed since the last run began. What it changed itself may
    /// count, too.
    [[nodiscard]] bool sees_members_change();
    /// Records of the last run.
    [[nodiscard]] const store::Loaded& records() const { return records_; }

  private:
    struct Round;
    struct Step {
        const char* name;
        Status (Agent::*run)(Round& round);
    };
    static const std::vector<Step>& pipeline();

    Outcome run_pipeline(const Progress& progress);
    Status run_steps(const std::vector<Step>& steps, Round& round);
    Status load(Round& round);
    Status probe(Round& round);
    Status decide(Round& round);
    Status make_plan(Round& round);
    Status check(Round& round);
    Status apply(Round& round);
    Status record(Round& round);

    Status run(const plan::Action& action);
    void keep(Round& round);
    Result<Observation> look(Round& round);

    store::Store& store_;
    sys::Kernel& kernel_;
    const plan::Settings settings_;
    MemberWatch members_;
    std::function<void(const Outcome&)> listener_;
    Outcome last_;
    store::Loaded records_;              ///< of the last run that read them
    FoundDisks disks_;                   ///< the same
    plan::MemberSigns signs_;            ///< the same
    std::set<std::int64_t> own_writes_;  ///< revisions after that, made by the agent itself
};

}  // namespace dnvme::daemon
