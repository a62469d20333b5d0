// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "event_sources.h"
#include "sys/dm_events.h"

namespace dnvme::daemon {

/// Runs a task shortly after device-mapper had something to tell; many within that time count as
/// one. State thread only.
class DmWatch {
  public:
    DmWatch(StateThread& thread, StateThread::Task task)
        : task_(std::move(task)), watch_(thread), settle_(thread) {}

    /// Errors: unavailable, internal.
    Status start();

  private:
    void heard();

    StateThread::Task task_;
    std::optional<sys::DmEvents> events_;
    FdWatch watch_;
    Alarm settle_;
};

}  // namespace dnvme::daemon
