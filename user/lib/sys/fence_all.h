// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "sys/dm_text.h"

namespace dnvme::sys {

/// The state of one gate after fence_all(), in the order in which the gates were named.
using FenceResult = Result<FenceReceipt>;

/// A place to send messages of gates to, so that the order of them can be tested without a kernel.
class GateMessages {
  public:
    GateMessages() = default;
    GateMessages(const GateMessages&) = delete;
    GateMessages& operator=(const GateMessages&) = delete;
    virtual ~GateMessages() = default;
    /// Sends @p text to the gate with dm uuid @p uuid; returns what it answers.
    virtual Result<std::string> send(const std::string& uuid, const std::string& text) = 0;
};

/// Fences gates under @p epoch, all of them at once: it first shuts every gate, and only then waits
/// for what is in flight below, so that the whole takes about as long as the slowest gate, and no
/// longer than @p drain. The receipt of a gate that had to be waited for tells the time since the
/// call.
///
/// One result per gate. A gate that refuses (epoch too low, gone) has its own error and does not
/// keep the others from being fenced. A gate that is fenced but did not drain in time, or went away
/// while it was waited for, has a receipt that says undrained.
std::vector<FenceResult> fence_all(GateMessages& gates, const std::vector<std::string>& uuids,
                                   std::uint64_t epoch, std::chrono::milliseconds drain);

}  // namespace dnvme::sys
