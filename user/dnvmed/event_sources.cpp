// SPDX-License-Identifier: Apache-2.0
#include "event_sources.h"

#include <utility>

#include <sys/epoll.h>

namespace dnvme::daemon {

Status Alarm::set(std::chrono::milliseconds delay, StateThread::Task task) {
    clear();
    task_ = std::move(task);
    const auto usec = std::chrono::duration_cast<std::chrono::microseconds>(delay).count();
    return check_event(
        sd_event_add_time_relative(thread_.loop(), &source_, CLOCK_MONOTONIC,
                                   static_cast<std::uint64_t>(usec), 0, on_time, this),
        "set a timer");
}

void Alarm::clear() {
    source_ = sd_event_source_disable_unref(source_);
    task_ = nullptr;
}

int Alarm::on_time(sd_event_source* /*source*/, std::uint64_t /*usec*/, void* self) {
    // The task may set the next alarm, which would destroy it while it runs.
    const StateThread::Task task = std::exchange(static_cast<Alarm*>(self)->task_, nullptr);
    if (task) {
        task();
    }
    return 0;
}

Status FdWatch::set(int fd, StateThread::Task task) {
    clear();
    task_ = std::move(task);
    return check_event(sd_event_add_io(thread_.loop(), &source_, fd, EPOLLIN, on_ready, this),
                       "watch a descriptor");
}

void FdWatch::clear() {
    source_ = sd_event_source_disable_unref(source_);
}

int FdWatch::on_ready(sd_event_source* /*source*/, int /*fd*/, unsigned /*events*/, void* self) {
    static_cast<FdWatch*>(self)->task_();
    return 0;
}

}  // namespace dnvme::daemon
