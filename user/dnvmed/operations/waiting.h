// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <list>
#include <memory>

#include "event_sources.h"
#include "operations/runner.h"

namespace dnvme::daemon {

/// Requests that wait for other nodes. State thread only.
class Waiting {
  public:
    /// @p patience: how long nodes that are online may take.
    Waiting(Operations& operations, StateThread& thread, std::chrono::milliseconds patience)
        : operations_(operations), patience_(patience), alarm_(thread) {}

    void add(Pending pending, std::shared_ptr<QueueSink> sink);
    /// To be called when some status has changed.
    void look();

  private:
    using Clock = std::chrono::steady_clock;
    struct Request {
        Pending pending;
        std::shared_ptr<QueueSink> sink;
        Clock::time_point until;
    };

    bool finish(Request& request);

    Operations& operations_;
    const std::chrono::milliseconds patience_;
    std::list<Request> requests_;
    Alarm alarm_;
};

}  // namespace dnvme::daemon
