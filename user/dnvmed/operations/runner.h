// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "agent.h"
#include "events.h"
#include "operations/intent.h"

namespace dnvme::daemon {

/// Works out what a request wants; one of the functions of intent.h with its request bound.
using Planner = std::function<Result<Intent>(const Context&)>;

/// What is left of a request whose records are written, while other nodes carry out their part.
struct Pending {
    Intent intent;
    std::set<std::string> nodes;
    std::int64_t revision = 0;  ///< of the store, with the records
    std::size_t steps = 0;      ///< of the plan
    bool heard = false;         ///< from all of the nodes
};

/// Carries requests out, one after the other; what is left to other nodes is waited for without
/// holding up anybody. State thread only.
class Operations {
  public:
    Operations(store::Store& store, sys::Kernel& kernel, Agent& agent, std::string node)
        : store_(store), kernel_(kernel), agent_(agent), node_(std::move(node)) {}

    /// With @p dry_run only the plan is told. Otherwise: plan, a step for each action, the object.
    /// Nothing: it is done; else to be handed to look() until that says what came of it.
    Result<std::optional<Pending>> begin(const Planner& planner, bool dry_run, EventSink& events);
    /// What came of it, if that can be said. @p late: it has to be.
    std::optional<Status> look(Pending& pending, bool late, EventSink& events);

  private:
    Result<std::vector<std::string>> rehearse(const Intent& intent, const store::Loaded& loaded,
                                              const std::set<std::string>& others);
    Result<std::optional<Pending>> carry_out(Intent intent, std::set<std::string> others,
                                             const store::Loaded& loaded, std::size_t total,
                                             EventSink& events);
    Status run_errands(const Intent& intent, std::size_t total, EventSink& events);
    Result<std::int64_t> write(const Intent& intent, const store::Loaded& loaded);
    Status reconcile(const Intent& intent, EventSink& events);
    Error undo(const Intent& intent, const std::set<std::string>& others, Error error);
    Status take_back(const Intent& intent);
    Status finish(const Intent& intent, EventSink& events);

    store::Store& store_;
    sys::Kernel& kernel_;
    Agent& agent_;
    const std::string node_;
};

}  // namespace dnvme::daemon
