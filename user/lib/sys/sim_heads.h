// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "plan/kernel_state.h"
#include "sys/doors.h"

namespace dnvme::sys {

/// Namespaces /dev/simns0 and /dev/simns1 of the simulated machine, which lead to the same, and
/// /dev/simns2, which does not; and what its kernel says of heads. Refers to the kernel, does not
/// own it.
class SimHeads final : public Heads {
  public:
    explicit SimHeads(const plan::KernelState& kernel);

    std::string find(const v1::Path& path) override;
    Result<std::map<std::string, HeadStatus>> status() override;
    Status activate(const std::string& head, const std::string& path) override;

    /// What the device at @p path is; empty if there is none.
    [[nodiscard]] std::string identity_of(const std::string& path) const;
    void unplug(const std::string& path) { namespaces_.at(path).there = false; }
    void plug(const std::string& path) { namespaces_.at(path).there = true; }

  private:
    struct Namespace {
        std::string subsystem_nqn;
        std::string identity;
        bool there = true;
    };
    [[nodiscard]] HeadStatus status_of(const std::string& name, const plan::Head& head) const;

    const plan::KernelState& kernel_;
    std::map<std::string, Namespace> namespaces_;  ///< by device
    std::map<std::string, std::string> chosen_;    ///< head -> path that was activated
};

}  // namespace dnvme::sys
