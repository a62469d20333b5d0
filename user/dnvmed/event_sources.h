// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "base/result.h"
#include "state_thread.h"

/// What the state thread can be woken by. State thread only.
namespace dnvme::daemon {

/// Runs a task once, after a while. Setting it again replaces what was set.
class Alarm {
  public:
    explicit Alarm(StateThread& thread) : thread_(thread) {}
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;
    ~Alarm() { clear(); }

    /// The task may set it again.
    Status set(std::chrono::milliseconds delay, StateThread::Task task);
    void clear();
    [[nodiscard]] bool is_set() const { return task_ != nullptr; }

  private:
    static int on_time(sd_event_source* source, std::uint64_t usec, void* self);

    StateThread& thread_;
    sd_event_source* source_ = nullptr;
    StateThread::Task task_;
};

/// Runs a task whenever a descriptor is readable or broken. The descriptor must outlive it. The
/// task may not destroy it.
class FdWatch {
  public:
    explicit FdWatch(StateThread& thread) : thread_(thread) {}
    FdWatch(const FdWatch&) = delete;
    FdWatch& operator=(const FdWatch&) = delete;
    ~FdWatch() { clear(); }

    /// Replaces what was watched.
    Status set(int fd, StateThread::Task task);
    void clear();

  private:
    static int on_ready(sd_event_source* source, int fd, unsigned events, void* self);

    StateThread& thread_;
    sd_event_source* source_ = nullptr;
    StateThread::Task task_;
};

}  // namespace dnvme::daemon
