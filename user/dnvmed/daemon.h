// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "activations.h"
#include "agent.h"
#include "backoff.h"
#include "config.h"
#include "coordinator.h"
#include "device_watch.h"
#include "dm_watch.h"
#include "event_log.h"
#include "event_sources.h"
#include "identity.h"
#include "operations/runner.h"
#include "operations/waiting.h"
#include "presence.h"
#include "state_thread.h"
#include "store_health.h"
#include "store_watch.h"

namespace dnvme::daemon {

/// What the state thread owns: store, kernel, agent and operations, and the next attempt after one
/// that did not settle everything. State thread only, but for constructor and destructor.
class Daemon {
  public:
    Daemon(const Config& config, bool simulated, Identity identity,
           std::unique_ptr<store::Store> store, std::unique_ptr<sys::Kernel> kernel,
           StateThread& thread);

    /// Takes this daemon's place among those on the store, then the first run of the agent; tells
    /// systemd that the node is ready, whatever came of it.
    void start();

    Agent& agent() { return agent_; }
    Result<v1::Info> info();
    /// Also while the store does not answer.
    Result<v1::ClusterStatus> status();
    /// Carries a request out and tells @p sink how it ends, maybe later.
    void operate(const Planner& planner, bool dry_run, const std::shared_ptr<QueueSink>& sink);
    /// What happened in the cluster. Any thread.
    EventLog& events() { return events_; }
    /// Why the loop was stopped, if not because somebody asked for it.
    [[nodiscard]] const std::optional<Error>& refusal() const { return refusal_; }

  private:
    Presence::Listener presence_listener();
    StoreWatch::Listener watch_listener();
    void take_up_work();
    void refuse(const Error& why);
    void records_changed(std::int64_t revision);
    void statuses_changed();
    void store_recovered();
    void devices_changed();
    void note_events();
    void dm_changed();

    void after_run(const Outcome& outcome);
    void schedule(const Outcome& outcome);
    void tell();
    void tell_in(std::chrono::milliseconds delay);

    const Config config_;
    const bool simulated_;
    StateThread& thread_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<sys::Kernel> kernel_;
    StoreHealth health_;
    ObservedStore observed_;
    ImpatientStore impatient_;  ///< for the state thread
    Agent agent_;
    Operations operations_;
    Waiting waiting_;
    Backoff backoff_;
    Alarm retry_;
    Alarm next_tell_;
    v1::NodeStatus told_;  ///< what the other daemons were told last
    Activations activations_;
    DeviceWatch devices_;
    EventLog events_;
    std::optional<store::Loaded> noted_;  ///< up to where events have been noted
    DmWatch dm_;
    bool in_place_ = false;
    std::optional<Error> refusal_;
    // Their threads end first.
    Presence presence_;
    Coordinator coordinator_;
    StoreWatch watch_;
};

}  // namespace dnvme::daemon
