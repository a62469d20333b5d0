// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "model/cluster.h"
#include "plan/planner.h"
#include "sys/executor.h"

namespace dnvme::sys {

/// One node with four real disks: its store in memory, its kernel the real one.
class VmNode {
  public:
    /// Labels the disks and puts node, disks and host h0 into the store.
    VmNode();

    /// One leg of 256 MiB for each of @p legs, attached to the host.
    v1::Volume& add_volume(std::uint32_t legs, v1::Redundancy redundancy);
    void delete_all();

    /// Plans until the plan is empty and runs every action. The number of actions that ran.
    std::size_t reconcile();
    /// What is planned now.
    std::vector<plan::Action> planned();
    plan::KernelState actual();
    plan::KernelState desired();
    /// Takes every device and every entry of nvmet away; store and disks stay.
    void tear_down();
    /// A daemon that starts anew.
    void restart() { kernel_ = std::make_unique<LinuxKernel>(); }

    LinuxKernel& kernel() { return *kernel_; }
    model::Cluster& cluster() { return cluster_; }

  private:
    void run(const std::vector<plan::Action>& actions);
    bool run_on_store(const plan::Action& action);
    std::set<std::string> disks();

    model::Cluster cluster_;
    std::unique_ptr<LinuxKernel> kernel_ = std::make_unique<LinuxKernel>();
};

/// Path of the front of @p volume.
std::string front_path(const v1::Volume& volume);

}  // namespace dnvme::sys
