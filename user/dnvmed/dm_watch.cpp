// SPDX-License-Identifier: Apache-2.0
#include "dm_watch.h"

#include <chrono>

#include <spdlog/spdlog.h>

namespace dnvme::daemon {

namespace {

/// An error seldom comes alone, and what a run does makes events, too.
constexpr std::chrono::milliseconds kSettle{100};

}  // namespace

Status DmWatch::start() {
    auto opened = sys::DmEvents::open();
    if (!opened) {
        return pass(opened.error());
    }
    events_.emplace(std::move(*opened));
    return watch_.set(events_->fd(), [this] { heard(); });
}

/// Armed before anybody looks: what happens from here on is another event.
void DmWatch::heard() {
    if (auto armed = events_->arm(); !armed) {
        spdlog::error("{}", armed.error().message());
        watch_.clear();
        return;
    }
    if (settle_.is_set()) {
        return;
    }
    if (auto set = settle_.set(kSettle, task_); !set) {
        spdlog::error("{}", set.error().message());
    }
}

}  // namespace dnvme::daemon
