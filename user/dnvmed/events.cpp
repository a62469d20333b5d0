// SPDX-License-Identifier: Apache-2.0
#include "events.h"

#include <utility>

#include "state_thread.h"

namespace dnvme::daemon {

Error for_client(Error error) {
    const Code code = error.code() == Code::unavailable ? Code::conflict : error.code();
    return {code, error.message(), error.sys_errno()};
}

void EventQueue::push(v1::Event event) {
    MutexLock lock(mutex_);
    events_.push_back(std::move(event));
    changed_.notify_one();
}

void EventQueue::finish(Status result) {
    MutexLock lock(mutex_);
    if (!result_) {
        result_ = std::move(result);
    }
    changed_.notify_one();
}

std::optional<v1::Event> EventQueue::pop() {
    MutexLock lock(mutex_);
    while (events_.empty() && !result_) {
        changed_.wait(mutex_);
    }
    if (events_.empty()) {
        return std::nullopt;
    }
    v1::Event event = std::move(events_.front());
    events_.pop_front();
    return event;
}

Status EventQueue::result() {
    MutexLock lock(mutex_);
    return result_.value_or(Status(stopping()));
}

QueueSink::~QueueSink() {
    queue_->finish(stopping());
}

}  // namespace dnvme::daemon
