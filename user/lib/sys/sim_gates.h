// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "plan/kernel_state.h"
#include "sys/fence_all.h"

namespace dnvme::sys {

/// The gates of the simulated machine, as far as fences go: epochs that only rise, and bios that
/// stay in flight for as long as a test says so. Refers to the kernel, does not own it.
class SimGates final : public GateMessages {
  public:
    explicit SimGates(const plan::KernelState& kernel) : kernel_(kernel) {}

    /// Understands "fence <epoch> <ms>", "drain <ms>" and "fail_held"; no time passes.
    Result<std::string> send(const std::string& uuid, const std::string& text) override;
    /// Epoch and state. Errors as of a message.
    Result<DnvmeStatus> status(const std::string& uuid) const;
    /// From now on so many bios are below the gate, and none of them returns.
    void leave_in_flight(const std::string& uuid, std::uint64_t bios) { in_flight_[uuid] = bios; }
    /// The gate has another table, or is gone.
    void forget(const std::string& uuid);
    void forget_all();

  private:
    /// Error: ENXIO if there is no such device, EINVAL if it is no gate.
    Result<std::uint64_t> epoch_of(const std::string& uuid) const;
    /// Error: EINVAL if it is live.
    Result<std::string> fail_held(const std::string& uuid) const;

    const plan::KernelState& kernel_;
    std::map<std::string, std::uint64_t> fenced_;     ///< dm uuid -> epoch of the last fence
    std::map<std::string, std::uint64_t> in_flight_;  ///< by dm uuid
};

}  // namespace dnvme::sys
