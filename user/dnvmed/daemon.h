// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "activations.h"
#include "agent.h"
#include "backoff.h"
#include "config.h"
#include "device_watch.h"
#include "event_sources.h"
#include "operations/runner.h"
#include "state_thread.h"

namespace dnvme::daemon {

/// What the state thread owns: store, kernel, agent and operations, and the next attempt after one
/// that did not settle everything. State thread only, but for the constructor.
class Daemon {
  public:
    Daemon(const Config& config, bool simulated, std::unique_ptr<store::Store> store,
           std::unique_ptr<sys::Kernel> kernel, StateThread& thread);

    /// The first run of the agent; tells systemd that the node is ready, whatever came of it.
    void start();

    Agent& agent() { return agent_; }
    Operations& operations() { return operations_; }
    Result<v1::Info> info();

  private:
    void schedule(const Outcome& outcome);
    void devices_changed();

    const std::string node_;
    const bool simulated_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<sys::Kernel> kernel_;
    Agent agent_;
    Operations operations_;
    Backoff backoff_;
    Alarm retry_;
    Activations activations_;
    DeviceWatch devices_;
};

}  // namespace dnvme::daemon
