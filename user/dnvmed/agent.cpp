// SPDX-License-Identifier: Apache-2.0
#include "agent.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "base/unix_time.h"
#include "concerns.h"
#include "owners.h"
#include "store_actions.h"

namespace dnvme::daemon {

namespace {

/// When a member may be judged otherwise soon, and while one is missing: what happens in the kernel
/// wakes the daemon before that.
constexpr std::chrono::milliseconds kLookSoon{2000};
constexpr std::chrono::milliseconds kLookLater{60000};

/// What was connected lets the next run build on it, and so does a step of a handover. A plan never
/// has more such steps one after the other.
constexpr int kRuns = 5;

bool opens_the_way(const plan::Action& action) {
    return std::holds_alternative<plan::Connect>(action) ||
           std::holds_alternative<plan::RecordReceipt>(action) ||
           std::holds_alternative<plan::RecordLetGo>(action);
}

/// Parts of a plan by owner, in the plan's order.
std::map<std::string, std::vector<plan::Action>> split(const std::vector<plan::Action>& plan,
                                                       const Owners& owners) {
    std::map<std::string, std::vector<plan::Action>> parts;
    for (const plan::Action& action : plan) {
        parts[owners.of(action)].push_back(action);
    }
    return parts;
}

/// "Not found" from the kernel is not about what the caller named: only busy, full and the like are
/// his to mend.
Error for_caller(const Error& error) {
    switch (error.code()) {
        case Code::invalid:
        case Code::not_found:
        case Code::exists:
            return {Code::internal, error.message(), error.sys_errno()};
        default:
            return error;
    }
}

void warn_ambiguous(const FoundDisks& found) {
    for (const auto& [uuid, where] : found.ambiguous) {
        spdlog::warn("disk label {} was found on {}: none of them is used", uuid, where);
    }
}

}  // namespace

/// What one run of the pipeline knows so far.
struct Agent::Round {
    const Progress& progress;
    store::Loaded records{};
    model::Cluster& cluster = records.cluster;
    FoundDisks disks{};
    plan::PathDevices paths{};
    plan::MemberDecisions decisions{};
    plan::Desired desired{};
    plan::KernelState actual{};
    std::vector<plan::Action> plan{};
    Outcome outcome{};

    [[nodiscard]] Owners owners() const { return {cluster, desired.kernel, actual}; }
    void fail(const std::string& owner, const Error& error) {
        outcome.failed.try_emplace(owner, error);
    }
    [[nodiscard]] bool may_go_on(const std::string& owner) const {
        return !outcome.failed.contains(owner);
    }
};

Status Outcome::of(const std::vector<std::string>& owners) const {
    if (broken) {
        return pass(*broken);
    }
    for (const auto& owner : owners) {
        if (const auto why = failed.find(owner); why != failed.end()) {
            return pass(why->second);
        }
    }
    return {};
}

const std::vector<Agent::Step>& Agent::pipeline() {
    static const std::vector<Step> steps = {
        {"load the store", &Agent::load},  {"probe the kernel", &Agent::probe},
        {"judge members", &Agent::decide}, {"plan", &Agent::make_plan},
        {"check the plan", &Agent::check}, {"apply the plan", &Agent::apply},
        {"record", &Agent::record},
    };
    return steps;
}

Status Agent::run_steps(const std::vector<Step>& steps, Round& round) {
    for (const Step& step : steps) {
        if (auto ran = (this->*step.run)(round); !ran) {
            return pass(ran.error(), step.name);
        }
    }
    return {};
}

Outcome Agent::run_pipeline(const Progress& progress) {
    Round round{.progress = progress};
    if (auto ran = run_steps(pipeline(), round); !ran) {
        spdlog::error("{}", ran.error().message());
        round.outcome.broken = ran.error();
    }
    keep(round);
    return std::move(round.outcome);
}

Outcome Agent::reconcile(const Progress& progress) {
    last_ = run_pipeline(progress);
    for (int run = 1; run < kRuns && last_.goes_on; ++run) {
        const Outcome before = std::move(last_);
        last_ = run_pipeline(progress);
        last_.done += before.done;
        last_.concerned |= before.concerned;
    }
    if (listener_) {
        listener_(last_);
    }
    return last_;
}

Result<Rehearsal> Agent::rehearse(const model::Cluster& cluster) {
    static const std::vector<Step> steps = {
        {"probe the kernel", &Agent::probe},
        {"judge members", &Agent::decide},
        {"plan", &Agent::make_plan},
        {"check the plan", &Agent::check},
    };
    const Progress nobody;
    Round round{.progress = nobody};
    round.cluster = cluster;
    if (auto ran = run_steps(steps, round); !ran) {
        return pass(ran.error());
    }
    return Rehearsal{.plan = std::move(round.plan), .outcome = std::move(round.outcome)};
}

Result<Observation> Agent::observe() {
    const Progress nobody;
    Round round{.progress = nobody};
    if (auto loaded = load(round); !loaded) {
        return pass(loaded.error(), "load the store");
    }
    return look(round);
}

Result<Observation> Agent::observe_from_memory() {
    const Progress nobody;
    Round round{.progress = nobody};
    round.records = records_;
    return look(round);
}

Result<Observation> Agent::look(Round& round) {
    static const std::vector<Step> steps = {
        {"probe the kernel", &Agent::probe},
        {"plan", &Agent::make_plan},
    };
    if (auto ran = run_steps(steps, round); !ran) {
        return pass(ran.error());
    }
    auto heads = kernel_.heads().status();
    if (!heads) {
        return pass(heads.error(), "read the state of the heads");
    }
    return Observation{.node = settings_.node,
                       .cluster = std::move(round.cluster),
                       .statuses = std::move(round.records.statuses),
                       .disks = std::move(round.disks),
                       .kernel = std::move(round.actual),
                       .paths = std::move(round.paths),
                       .heads = std::move(*heads),
                       .down = std::move(round.outcome.down),
                       .growing = std::move(round.outcome.growing),
                       .last = last_};
}

Status Agent::load(Round& round) {
    auto loaded = store::load(store_);
    if (!loaded) {
        return pass(loaded.error());
    }
    round.records = std::move(*loaded);
    round.outcome.revision = round.records.revision;
    round.outcome.concerned = concerns(settings_.node, records_, round.records);
    return {};
}

/// For the next run to compare with.
void Agent::keep(Round& round) {
    if (round.outcome.broken) {
        return;
    }
    signs_ = plan::member_signs(round.actual);
    disks_ = std::move(round.disks);
    records_ = std::move(round.records);
    std::erase_if(own_writes_, [&](auto revision) { return revision <= records_.revision; });
}

bool Agent::knows(std::int64_t revision) const {
    return revision <= records_.revision || own_writes_.contains(revision);
}

bool Agent::sees_members_change() {
    const auto actual = kernel_.probe(disks_.usable);
    return !actual || plan::member_signs(*actual) != signs_;
}

Status Agent::probe(Round& round) {
    auto labelled = kernel_.disks().labelled();
    if (!labelled) {
        return pass(labelled.error());
    }
    round.disks = sort_found(*labelled, round.cluster.self);
    for (const auto& [name, head] : round.cluster.heads) {
        for (const auto& path : head.paths()) {
            round.paths[{head.uuid(), path.name()}] = kernel_.heads().find(path);
        }
    }
    auto actual = kernel_.probe(round.disks.usable);
    if (!actual) {
        return pass(actual.error());
    }
    round.actual = std::move(*actual);
    return {};
}

Status Agent::decide(Round& round) {
    const std::set<std::string> disks = round.disks.uuids();
    const plan::Reach reach(round.cluster, disks, settings_.node, round.actual);
    round.decisions =
        plan::decide_members(round.cluster, settings_.node, reach, members_.history(), unix_now());
    if (round.decisions.pending()) {
        round.outcome.again = kLookSoon;
    } else if (round.decisions.degraded) {
        round.outcome.again = kLookLater;
    }
    return {};
}

Status Agent::make_plan(Round& round) {
    const model::Cluster cluster =
        plan::with_records(round.cluster, round.decisions.records, unix_now());
    round.desired =
        plan::build_desired(cluster, round.disks.uuids(), settings_, round.paths, round.actual);
    round.plan = plan::make_plan(cluster, round.desired, round.actual, round.decisions);
    round.outcome.down = round.desired.down;
    round.outcome.growing = round.desired.growing;
    round.outcome.lacking = round.desired.lacking;
    return {};
}

/// Each owner's part on its own: what is refused holds up nobody else.
Status Agent::check(Round& round) {
    for (const auto& [owner, part] : split(round.plan, round.owners())) {
        if (auto checked = plan::check_plan(part, round.actual); !checked) {
            round.fail(owner, checked.error());
        }
    }
    return {};
}

Status Agent::apply(Round& round) {
    members_.note(round.decisions);
    const Owners owners = round.owners();
    for (std::size_t i = 0; i < round.plan.size(); ++i) {
        const std::string owner = owners.of(round.plan[i]);
        // Without what everything needs there is no use in trying the rest.
        const auto shared = round.outcome.failed.find(Owners::kShared);
        if (shared != round.outcome.failed.end()) {
            round.fail(owner, shared->second);
        }
        if (!round.may_go_on(owner)) {
            continue;
        }
        const std::string sentence = plan::describe(round.plan[i]);
        if (auto ran = run(round.plan[i]); !ran) {
            round.fail(owner, for_caller(ran.error()));
            continue;
        }
        spdlog::info("{}", sentence);
        ++round.outcome.done;
        round.outcome.goes_on |= opens_the_way(round.plan[i]);
        if (round.progress) {
            round.progress(i + 1, round.plan.size(), sentence);
        }
    }
    return {};
}

Status Agent::run(const plan::Action& action) {
    if (!is_store_action(action)) {
        return kernel_.run(action);
    }
    const auto revision = run_store_action(store_, action);
    if (!revision) {
        return pass(revision.error(), plan::describe(action));
    }
    own_writes_.insert(*revision);
    return {};
}

Status Agent::record(Round& round) {
    warn_ambiguous(round.disks);
    for (const auto& [owner, error] : round.outcome.failed) {
        spdlog::error("{}", error.message());
    }
    for (const auto& [name, volume] : round.cluster.volumes) {
        if (const auto why = round.outcome.down.find(volume.uuid());
            why != round.outcome.down.end()) {
            spdlog::warn("volume {}: {}", name, why->second);
        }
    }
    return {};
}

}  // namespace dnvme::daemon
