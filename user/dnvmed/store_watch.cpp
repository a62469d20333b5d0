// SPDX-License-Identifier: Apache-2.0
#include "store_watch.h"

#include <algorithm>
#include <chrono>

#include <spdlog/spdlog.h>

#include "store/codec.h"
#include "store/statuses.h"

namespace dnvme::daemon {

namespace {

/// How long it takes at most until this ends when it is told to, with a store that answers.
constexpr std::chrono::milliseconds kSlice{250};
constexpr std::chrono::milliseconds kPause{1000};

}  // namespace

StoreWatch::~StoreWatch() {
    stop_ = true;
    if (thread_.joinable()) {
        thread_.join();
    }
}

void StoreWatch::start() {
    thread_ = std::thread([this] { run(); });
}

void StoreWatch::run() {
    while (!stop_) {
        follow();
        pause();
    }
}

/// From the present on, until the watch is of no use any more. What happened before is told as one
/// change, so nothing is missed between two watches.
void StoreWatch::follow() {
    const auto present = store_.list(store::kClusterKey);
    if (!present) {
        return;
    }
    const auto watch = store_.watch(store::kRoot, present->revision + 1);
    listener_.records(present->revision);
    listener_.statuses();
    while (!stop_) {
        const auto changes = watch->next(kSlice);
        if (changes) {
            tell(*changes);
        } else if (changes.error().code() != Code::unavailable) {
            spdlog::warn("watch the store: {}; reading it anew", changes.error().message());
            return;
        }
    }
}

void StoreWatch::tell(const store::Changes& changes) {
    std::int64_t records = 0;
    bool statuses = false;
    for (const store::Event& event : changes.events) {
        if (store::is_record(event.key)) {
            records = std::max(records, event.mod_revision);
        } else {
            statuses = true;
        }
    }
    if (records != 0) {
        listener_.records(records);
    }
    if (statuses) {
        listener_.statuses();
    }
}

void StoreWatch::pause() {
    const auto end = std::chrono::steady_clock::now() + kPause;
    while (!stop_ && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(kSlice);
    }
}

}  // namespace dnvme::daemon
