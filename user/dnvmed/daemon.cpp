// SPDX-License-Identifier: Apache-2.0
#include "daemon.h"

#include <random>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <systemd/sd-daemon.h>

#include "base/version.h"

namespace dnvme::daemon {

namespace {

plan::Settings settings_of(const Config& config) {
    return {.node = config.node, .port_id = config.first_port_id, .drain_ms = config.drain_ms};
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
                       outcome.down.size());
}

}  // namespace

Daemon::Daemon(const Config& config, bool simulated, std::unique_ptr<store::Store> store,
               std::unique_ptr<sys::Kernel> kernel, StateThread& thread)
    : node_(config.node),
      simulated_(simulated),
      store_(std::move(store)),
      kernel_(std::move(kernel)),
      agent_(*store_, *kernel_, settings_of(config)),
      operations_(*store_, *kernel_, agent_, config.node),
      backoff_(std::random_device{}()),
      retry_(thread),
      activations_(*store_, *kernel_, agent_, thread),
      devices_(thread, [this] { devices_changed(); }) {
    agent_.on_outcome([this](const Outcome& outcome) {
        schedule(outcome);
        activations_.refresh();
    });
}

/// Paths that came back are taken.
void Daemon::devices_changed() {
    const auto loaded = store::load(*store_);
    if (loaded && !loaded->cluster.heads.empty()) {
        agent_.reconcile();
    }
}

void Daemon::start() {
    if (auto started = simulated_ ? Status() : devices_.start(); !started) {
        spdlog::error("{}", started.error().message());
    }
    const Outcome outcome = agent_.reconcile();
    spdlog::info("node {} runs, {} action(s) were needed", node_, outcome.done);
    sd_notify(0, "READY=1");
}

Result<v1::Info> Daemon::info() {
    const auto loaded = store::load(*store_);
    if (!loaded) {
        return pass(loaded.error());
    }
    v1::Info info;
    info.set_version(std::string(version()));
    info.set_node(node_);
    info.set_cluster_uuid(loaded->cluster.self.uuid());
    info.set_simulated(simulated_);
    return info;
}

void Daemon::schedule(const Outcome& outcome) {
    sd_notify(0, ("STATUS=" + status_words(outcome)).c_str());
    if (outcome.settled()) {
        backoff_.reset();
        retry_.clear();
        return;
    }
    const auto delay = backoff_.next();
    spdlog::warn("not everything is as it should be: next attempt in {} ms", delay.count());
    if (auto set = retry_.set(delay, [this] { agent_.reconcile(); }); !set) {
        spdlog::error("{}", set.error().message());
    }
}

}  // namespace dnvme::daemon
