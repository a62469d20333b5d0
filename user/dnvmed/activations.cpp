// SPDX-License-Identifier: Apache-2.0
#include "activations.h"

#include <algorithm>
#include <random>

#include <fmt/format.h>
#include <linux/nvme-mpath-ext.h>
#include <spdlog/spdlog.h>

#include "base/unix_time.h"
#include "model/handover.h"
#include "model/places.h"
#include "store/records.h"

namespace dnvme::daemon {

namespace {

/// Taken together at most; what comes later waits for the next time.
constexpr std::size_t kMostCommands = 256;

std::string words(const sys::CommandDevice::Received& received) {
    return fmt::format("host {} at {}", received.command.host_nqn, received.command.subsystem_nqn);
}

}  // namespace

Activations::Activations(store::Store& store, sys::Kernel& kernel, Agent& agent,
                         StateThread& thread)
    : store_(store),
      kernel_(kernel),
      agent_(agent),
      watch_(thread),
      retry_(thread),
      backoff_(std::random_device{}()) {}

void Activations::refresh() {
    if (serving_) {
        return;
    }
    if (!is_wanted()) {
        close();
    } else if (!device_ && !retry_.is_set()) {
        open();
    }
}

bool Activations::is_wanted() {
    const auto loaded = store::load(store_);
    if (!loaded) {
        return device_.has_value();
    }
    const auto& volumes = loaded->cluster.volumes;
    const model::Places places(loaded->cluster);
    return std::ranges::any_of(volumes, [&](const auto& entry) {
        return !entry.second.standbys().empty() &&
               places.has_controller_on(entry.second, agent_.node());
    });
}

void Activations::open() {
    auto device = kernel_.open_commands();
    if (!device) {
        lose(device.error());
        return;
    }
    device_ = std::move(*device);
    if (auto watched = watch_.set(device_->fd(), [this] { serve(); }); !watched) {
        lose(watched.error());
        return;
    }
    spdlog::info("hosts can change the owners of volumes");
}

void Activations::close() {
    watch_.clear();
    retry_.clear();
    device_.reset();
    backoff_.reset();
}

void Activations::lose(const Error& error) {
    watch_.clear();
    device_.reset();
    const auto delay = backoff_.next();
    spdlog::error("hosts cannot change the owners of volumes: {}; next attempt in {} ms",
                  error.message(), delay.count());
    if (auto set = retry_.set(delay, [this] { refresh(); }); !set) {
        spdlog::error("{}", set.error().message());
    }
}

void Activations::serve() {
    if (!device_) {
        return;
    }
    serving_ = true;
    Batch batch;
    for (const Received& received : take()) {
        take_up(received, batch);
    }
    if (!batch.touched.empty()) {
        agent_.reconcile();
    }
    finish(batch);
    serving_ = false;
    refresh();
}

std::vector<Activations::Received> Activations::take() {
    std::vector<Received> commands;
    while (commands.size() < kMostCommands) {
        auto received = device_->read();
        if (!received) {
            lose(received.error());
            return {};
        }
        if (!*received) {
            break;
        }
        backoff_.reset();
        commands.push_back(std::move(**received));
    }
    return commands;
}

void Activations::take_up(const Received& received, Batch& batch) {
    const auto loaded = store::load(store_);
    if (!loaded) {
        spdlog::error("{}: {}", words(received), loaded.error().message());
        answer(received, {.status = NVME_MPATH_EXT_SC_NO_AGENT});
        return;
    }
    const auto verdict = plan::decide(received.command, loaded->cluster, readiness(batch.touched));
    if (verdict.change) {
        change_owner(received, *verdict.change, *loaded, batch);
    } else {
        answer(received, verdict.answer);
    }
}

/// L3: whoever loses the race hears "in progress", asks again, and meets the winner's record.
void Activations::change_owner(const Received& received, const v1::Volume& volume,
                               const store::Loaded& loaded, Batch& batch) {
    spdlog::info("{} activates controller {} of volume {} under epoch {}", words(received),
                 volume.owner(), volume.name(), volume.epoch());
    v1::Volume decided = volume;
    model::record_decision(decided, unix_now_ms());
    store::Change change(loaded);
    if (auto written = change.put(decided).commit(store_); !written) {
        spdlog::error("volume {}: {}", volume.name(), written.error().message());
        answer(received, {.status = NVME_MPATH_EXT_SC_IN_PROGRESS,
                          .state = NVME_MPATH_EXT_STATE_STANDBY,
                          .epoch = loaded.cluster.volumes.at(volume.name()).epoch()});
        return;
    }
    batch.touched.insert(volume.uuid());
    batch.waiting.push_back(received);
}

void Activations::finish(const Batch& batch) {
    for (const Received& received : batch.waiting) {
        const auto loaded = store::load(store_);
        const auto done = loaded ? plan::conclude(received.command, loaded->cluster, readiness({}))
                                 : plan::ActivationAnswer{.status = NVME_MPATH_EXT_SC_NO_AGENT};
        spdlog::info("{} is answered status {:#x}, state {}, epoch {}", words(received),
                     done.status, done.state, done.epoch);
        answer(received, done);
    }
}

void Activations::answer(const Received& received, const plan::ActivationAnswer& answer) {
    if (!device_) {
        return;
    }
    const Status answered = device_->answer(received.id, answer);
    if (!answered && answered.error().code() == Code::not_found) {
        spdlog::warn("{}: the answer {}", words(received), answered.error().message());
    } else if (!answered) {
        lose(answered.error());
    }
}

plan::Readiness Activations::readiness(const std::set<std::string>& busy) const {
    plan::Readiness readiness{.down = {}, .failed = {}, .busy = busy, .node = agent_.node()};
    readiness.blind = agent_.last().broken.has_value();
    for (const auto& [volume, why] : agent_.last().down) {
        readiness.down.insert(volume);
    }
    for (const auto& [owner, error] : agent_.last().failed) {
        readiness.failed.insert(owner);
    }
    return readiness;
}

}  // namespace dnvme::daemon
