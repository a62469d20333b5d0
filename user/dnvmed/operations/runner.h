// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "agent.h"
#include "events.h"
#include "operations/intent.h"

namespace dnvme::daemon {

/// Works out what a request wants; one of the functions of intent.h with its request bound.
using Planner = std::function<Result<Intent>(const Context&)>;

/// Carries requests out, one after the other. State thread only.
class Operations {
  public:
    Operations(store::Store& store, sys::Kernel& kernel, Agent& agent, std::string node)
        : store_(store), kernel_(kernel), agent_(agent), node_(std::move(node)) {}

    /// With @p dry_run only the plan is told. Otherwise: plan, a step for each action, the object.
    Status run(const Planner& planner, bool dry_run, EventSink& events);

  private:
    Result<std::vector<std::string>> rehearse(const Intent& intent, const model::Cluster& cluster);
    Status carry_out(const Intent& intent, const store::Loaded& loaded, std::size_t total,
                     EventSink& events);
    Status run_errands(const Intent& intent, std::size_t total, EventSink& events);
    Status write(const Intent& intent, const store::Loaded& loaded);
    Status reconcile(const Intent& intent, EventSink& events);
    Error undo(const Intent& intent, Error error);
    Status take_back(const Intent& intent);
    Status finish(const Intent& intent, EventSink& events);

    store::Store& store_;
    sys::Kernel& kernel_;
    Agent& agent_;
    const std::string node_;
};

}  // namespace dnvme::daemon
