// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent.h"
#include "backoff.h"
#include "event_sources.h"
#include "plan/activation.h"
#include "store/store.h"
#include "sys/command_device.h"
#include "sys/doors.h"

namespace dnvme::daemon {

/// Answers the hosts that ask for a change of owner by Set Namespace Active, while some volume has
/// a standby. State thread only.
///
/// Commands that wait are taken together: one run of the agent carries out what all of them want.
/// The change is recorded first; if the agent cannot finish it, it goes on by itself, and whoever
/// asks again hears how far it is.
class Activations {
  public:
    Activations(store::Store& store, sys::Kernel& kernel, Agent& agent, StateThread& thread);

    /// Opens the device if there is a use for it, closes it if there is none. To be called after
    /// each run of the agent. A device that cannot be had is tried again, later and later.
    void refresh();
    /// Takes the commands that wait, and answers them. Called when there are some.
    void serve();

  private:
    using Received = sys::CommandDevice::Received;
    /// Commands that wait for one run of the agent.
    struct Batch {
        std::set<std::string> touched;  ///< uuids of volumes whose owner was changed
        std::vector<Received> waiting;
    };

    [[nodiscard]] bool is_wanted();
    void open();
    void close();
    void lose(const Error& error);

    std::vector<Received> take();
    void take_up(const Received& received, Batch& batch);
    void change_owner(const Received& received, const v1::Volume& volume,
                      const store::Loaded& loaded, Batch& batch);
    void finish(const Batch& batch);
    void answer(const Received& received, const plan::ActivationAnswer& answer);
    [[nodiscard]] plan::Readiness readiness(const std::set<std::string>& busy) const;

    store::Store& store_;
    sys::Kernel& kernel_;
    Agent& agent_;
    std::optional<sys::CommandDevice> device_;
    FdWatch watch_;
    Alarm retry_;
    Backoff backoff_;
    bool serving_ = false;  ///< the agent's run calls refresh()
};

}  // namespace dnvme::daemon
