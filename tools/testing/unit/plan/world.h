// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>

#include "plan/planner.h"

namespace dnvme::plan {

/// Nodes n1 to n@p nodes, each with a portal; the disks of sample_cluster() dealt out to them in
/// turn.
model::Cluster nodes_with_disks(int nodes);

/// Kernels of several nodes over one store.
class World {
  public:
    explicit World(model::Cluster store) : store(std::move(store)) {}

    /// What @p node finds in its kernel: a connection is live while the other node exports what it
    /// is to.
    [[nodiscard]] KernelState probe(const std::string& node) const;
    [[nodiscard]] Desired desire(const std::string& node) const;
    [[nodiscard]] std::vector<Action> plan(const std::string& node) const;
    /// What it makes of the members of volumes that it serves.
    [[nodiscard]] MemberDecisions decide(const std::string& node,
                                         const MemberHistory& history = {}) const;
    /// Names of the nodes that can write to a member: the one of its disk, if anything stands on
    /// its gate, and the one of a connection that is let in.
    [[nodiscard]] std::set<std::string> clients_of(const v1::LogicalDisk& member) const;
    /// Whether some node lets it in.
    [[nodiscard]] bool is_exported(const Connection& connection) const;
    /// One run of the agent of @p node, which ends after @p steps; what it could not connect to it
    /// leaves out. Every other action must find what it needs. Returns how many were done.
    std::size_t run(const std::string& node, std::size_t steps = SIZE_MAX);
    /// All agents, again and again, until there is nothing left to do.
    void settle();

    model::Cluster store;
    std::map<std::string, KernelState> kernels;  ///< by node

  private:
    [[nodiscard]] std::uint64_t exported_bytes(const std::string& nqn) const;
};

}  // namespace dnvme::plan
