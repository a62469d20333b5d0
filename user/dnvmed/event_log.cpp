// SPDX-License-Identifier: Apache-2.0
#include "event_log.h"

#include <algorithm>
#include <utility>

namespace dnvme::daemon {

void EventLog::add(std::vector<v1::ClusterEvent> events) {
    MutexLock lock(mutex_);
    for (v1::ClusterEvent& event : events) {
        events_.push_back(std::move(event));
    }
    while (events_.size() > kMost) {
        events_.pop_front();
        ++first_;
    }
    changed_.notify_all();
}

void EventLog::close() {
    MutexLock lock(mutex_);
    closed_ = true;
    changed_.notify_all();
}

EventLog::Part EventLog::read(std::uint64_t from, std::chrono::milliseconds patience) {
    const auto latest = std::chrono::steady_clock::now() + patience;
    MutexLock lock(mutex_);
    while (!closed_ && from >= first_ + events_.size() &&
           std::chrono::steady_clock::now() < latest) {
        changed_.wait_until(mutex_, latest);
    }
    Part part{.events = {}, .next = first_ + events_.size(), .over = closed_};
    for (std::uint64_t i = std::max(from, first_); i < part.next; ++i) {
        part.events.push_back(events_[i - first_]);
    }
    return part;
}

}  // namespace dnvme::daemon
