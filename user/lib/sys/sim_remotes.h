// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "plan/action.h"
#include "plan/kernel_state.h"

namespace dnvme::sys {

/// The logical disks that other machines export to the simulated one. Refers to its kernel, does
/// not own it.
class SimRemotes {
  public:
    explicit SimRemotes(plan::KernelState& kernel) : kernel_(kernel) {}

    /// Another machine exports it, or has changed its size. A connection that waits for it is live
    /// again.
    void offer(const std::string& uuid, std::uint64_t size_bytes);
    /// It does not any more, or cannot be reached.
    void withdraw(const std::string& uuid);

    [[nodiscard]] bool offers(const std::string& nqn) const;
    /// Size of the device behind "{nvme:<uuid>}"; 0 if it is not connected.
    [[nodiscard]] std::uint64_t size_of(const std::string& reference) const;
    /// After Connect: what the kernel finds at the other end.
    void find_device(const std::string& nqn);

  private:
    plan::KernelState& kernel_;
    std::map<std::string, std::uint64_t> offered_;  ///< NQN -> bytes
};

}  // namespace dnvme::sys
