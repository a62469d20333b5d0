// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/cluster.h"
#include "plan/action.h"

namespace dnvme::plan {

/// A kernel and a store that refuse what real ones refuse, and what would hurt somebody's data. It
/// shares no code with the planner beyond apply_to().
class StrictMachine {
  public:
    StrictMachine(model::Cluster cluster, KernelState kernel);

    /// Runs one action; what was wrong with it, or nothing.
    std::string run(const Action& action);

    [[nodiscard]] const model::Cluster& cluster() const { return cluster_; }
    [[nodiscard]] const KernelState& kernel() const { return kernel_; }

  private:
    friend struct Rules;

    model::Cluster cluster_;
    KernelState kernel_;
    std::set<std::string> thins_;     ///< dm uuids of pools that have their thin volume
    std::set<std::string> wiped_;     ///< dm uuids of gates that were wiped here
    std::set<std::string> fenced_;    ///< dm uuids of fronts with their receipt
    std::set<std::string> resynced_;  ///< dm uuids of rmetas marked since their array last ran
};

}  // namespace dnvme::plan
