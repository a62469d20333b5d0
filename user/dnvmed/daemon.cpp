// SPDX-License-Identifier: Apache-2.0
#include "daemon.h"

#include <algorithm>
#include <random>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>
#include <systemd/sd-daemon.h>

#include "base/unix_time.h"
#include "base/version.h"
#include "cluster_status.h"
#include "happenings.h"
#include "node_status.h"

namespace dnvme::daemon {

namespace {

plan::Settings settings_of(const Config& config) {
    return {.node = config.node,
            .port_id = config.first_port_id,
            .drain_ms = config.drain_ms,
            .patience = std::chrono::seconds(config.patience_s)};
}

/// How long other nodes may take for their part of a request.
constexpr std::chrono::seconds kPatience{60};
/// When to look how the node is: after a run that nobody waits for, and while nothing happens.
constexpr std::chrono::milliseconds kTellSoon{500};
constexpr std::chrono::milliseconds kTellAgain{10000};

std::string store_words(const StoreConfig& store) {
    return store.kind == "etcd"
               ? fmt::format("the store, etcd at {},", fmt::join(store.endpoints, ", "))
               : fmt::format("the store, {},", store.path);
}

std::string status_words(const Outcome& outcome) {
    if (outcome.settled()) {
        return "everything is as it should be";
    }
    if (outcome.broken) {
        return outcome.broken->message();
    }
    if (!outcome.failed.empty()) {
        return outcome.failed.begin()->second.message();
    }
    return fmt::format("{} volume(s) wait for something: see dnvmectl volume list",
                       outcome.down.size() + outcome.growing.size());
}

}  // namespace

Daemon::Daemon(const Config& config, bool simulated, Identity identity,
               std::unique_ptr<store::Store> store, std::unique_ptr<sys::Kernel> kernel,
               StateThread& thread)
    : config_(config),
      simulated_(simulated),
      thread_(thread),
      store_(std::move(store)),
      kernel_(std::move(kernel)),
      health_(store_words(config.store), [this] { thread_.post([this] { store_recovered(); }); }),
      observed_(*store_, health_),
      impatient_(observed_, health_),
      agent_(impatient_, *kernel_, settings_of(config)),
      operations_(impatient_, *kernel_, agent_, config.node),
      waiting_(operations_, thread, kPatience),
      backoff_(std::random_device{}()),
      retry_(thread),
      next_tell_(thread),
      activations_(impatient_, *kernel_, agent_, thread),
      devices_(thread, [this] { devices_changed(); }),
      dm_(thread, [this] { dm_changed(); }),
      presence_(observed_, std::move(identity), std::chrono::seconds(config.lease_s),
                presence_listener()),
      coordinator_(observed_, presence_, config.node, config.automatic),
      watch_(observed_, watch_listener()) {
    agent_.on_outcome([this](const Outcome& outcome) { after_run(outcome); });
}

Presence::Listener Daemon::presence_listener() {
    return {.taken = [this] { thread_.post([this] { take_up_work(); }); },
            .refused = [this](const Error& why) { thread_.post([this, why] { refuse(why); }); }};
}

StoreWatch::Listener Daemon::watch_listener() {
    return {.records =
                [this](std::int64_t revision) {
                    thread_.post([this, revision] { records_changed(revision); });
                },
            .statuses = [this] { thread_.post([this] { statuses_changed(); }); }};
}

void Daemon::start() {
    note_events();
    if (auto started = simulated_ ? Status() : devices_.start(); !started) {
        spdlog::error("{}", started.error().message());
    }
    if (auto started = simulated_ ? Status() : dm_.start(); !started) {
        spdlog::error("{}", started.error().message());
    }
    const auto taken = presence_.try_take();
    if (taken && *taken) {
        take_up_work();
    } else if (!taken) {
        spdlog::error("the kernel stays as it is until the store answers: {}",
                      taken.error().message());
    }
    presence_.start();
    coordinator_.start();
    watch_.start();
    sd_notify(0, "READY=1");
}

void Daemon::take_up_work() {
    in_place_ = true;
    const Outcome outcome = agent_.reconcile();
    spdlog::info("node {} runs, {} action(s) were needed", config_.node, outcome.done);
}

/// Whatever is built stays; it may be the other daemon's.
void Daemon::refuse(const Error& why) {
    refusal_ = why;
    thread_.stop();
}

void Daemon::records_changed(std::int64_t revision) {
    note_events();
    if (in_place_ && !agent_.knows(revision)) {
        agent_.reconcile();
    }
}

/// What the store held when the daemon started is no event.
void Daemon::note_events() {
    auto loaded = store::load(impatient_);
    if (!loaded) {
        return;
    }
    if (noted_) {
        events_.add(happenings(*noted_, *loaded, unix_now()));
    }
    noted_ = std::move(*loaded);
}

/// Whether a node that is absent is still connected is for each of the others to say.
void Daemon::statuses_changed() {
    note_events();
    waiting_.look();
    if (in_place_ && noted_ && !tells_of_absent(noted_->statuses, told_)) {
        tell_in(kTellSoon);
    }
}

void Daemon::store_recovered() {
    note_events();
    if (in_place_) {
        agent_.reconcile();
    }
    waiting_.look();
}

/// Paths and members that came back are taken, and members that have grown made use of.
void Daemon::devices_changed() {
    const auto& cluster = agent_.records().cluster;
    if (in_place_ && !(cluster.heads.empty() && cluster.volumes.empty())) {
        agent_.reconcile();
    }
}

/// A member gate may hold, or an array may be through with a rebuild.
void Daemon::dm_changed() {
    if (in_place_ && agent_.sees_members_change()) {
        agent_.reconcile();
    }
}

Result<v1::Info> Daemon::info() {
    const auto loaded = store::load(impatient_);
    if (!loaded) {
        return pass(loaded.error());
    }
    v1::Info info;
    info.set_version(std::string(version()));
    info.set_node(config_.node);
    info.set_cluster_uuid(loaded->cluster.self.uuid());
    info.set_simulated(simulated_);
    return info;
}

Result<v1::ClusterStatus> Daemon::status() {
    v1::ClusterStatus status;
    const auto current = agent_.observe();
    *status.mutable_store() = view_store(config_.store, health_.outage());
    if (current) {
        add_seen(*current, true, status);
        return status;
    }
    const auto known = agent_.observe_from_memory();
    if (!known) {
        return pass(known.error());
    }
    add_seen(*known, false, status);
    if (status.store().reachable()) {
        status.mutable_store()->set_reachable(false);
        status.mutable_store()->set_problem(current.error().message());
    }
    return status;
}

void Daemon::operate(const Planner& planner, bool dry_run, const std::shared_ptr<QueueSink>& sink) {
    if (!in_place_ && !health_.outage()) {
        sink->finish(fail(Code::unavailable,
                          fmt::format("this daemon does not run node '{}' yet: another one did, "
                                      "and its lease must end first",
                                      config_.node)));
        return;
    }
    auto begun = operations_.begin(planner, dry_run, *sink);
    if (!begun) {
        sink->finish(pass(begun.error()));
    } else if (!*begun) {
        sink->finish({});
    } else {
        waiting_.add(std::move(**begun), sink);
    }
}

void Daemon::after_run(const Outcome& outcome) {
    schedule(outcome);
    activations_.refresh();
    // Others may wait for it; with nobody else there is time.
    const bool others = agent_.records().cluster.nodes.size() > 1;
    if (others && (outcome.concerned || !outcome.settled())) {
        tell();
    } else {
        tell_in(kTellSoon);
    }
}

void Daemon::tell() {
    const auto seen = agent_.observe();
    if (!seen) {
        tell_in(kTellAgain);
        return;
    }
    v1::NodeStatus status = make_status(*seen, told_, unix_now());
    tell_in(hears_absent(*seen) ? kTellSoon : kTellAgain);
    const bool others = seen->cluster.nodes.size() > 1;
    const bool further = others && seen->last.concerned && status.revision() > told_.revision();
    if (further || tells_news(status, told_)) {
        told_ = status;
        presence_.publish(std::move(status));
    }
}

void Daemon::tell_in(std::chrono::milliseconds delay) {
    if (auto set = next_tell_.set(delay, [this] { tell(); }); !set) {
        spdlog::error("{}", set.error().message());
    }
}

void Daemon::schedule(const Outcome& outcome) {
    sd_notify(0, ("STATUS=" + status_words(outcome)).c_str());
    if (outcome.settled()) {
        backoff_.reset();
        retry_.clear();
    }
    if (outcome.settled() && !outcome.again) {
        return;
    }
    auto delay = outcome.settled() ? *outcome.again : backoff_.next();
    if (outcome.again) {
        delay = std::min(delay, *outcome.again);
    }
    if (!outcome.settled()) {
        spdlog::warn("not everything is as it should be: next attempt in {} ms", delay.count());
    }
    if (auto set = retry_.set(delay, [this] { agent_.reconcile(); }); !set) {
        spdlog::error("{}", set.error().message());
    }
}

}  // namespace dnvme::daemon
