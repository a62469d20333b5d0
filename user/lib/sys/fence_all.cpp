// SPDX-License-Identifier: Apache-2.0
#include "sys/fence_all.h"

#include <algorithm>

#include <fmt/format.h>

namespace dnvme::sys {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

FenceResult ask(GateMessages& gates, const std::string& uuid, const std::string& text) {
    const Result<std::string> answer = gates.send(uuid, text);
    if (!answer) {
        return pass(answer.error(), fmt::format("message '{}' to {}", text, uuid));
    }
    return parse_fence_receipt(*answer);
}

/// Waits for one gate until @p deadline; those before it may have used up all the time.
void wait_drained(GateMessages& gates, const std::string& uuid, Clock::time_point began,
                  Clock::time_point deadline, FenceReceipt& receipt) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    const auto ms = std::max<milliseconds::rep>(left.count(), 0);
    const FenceResult later = ask(gates, uuid, fmt::format("drain {}", ms));
    if (!later) {  // the fence stands, and nobody knows more
        return;
    }
    receipt.drained = later->drained;
    receipt.held = later->held;
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began);
    receipt.microseconds = static_cast<std::uint64_t>(took.count());
}

}  // namespace

std::vector<FenceResult> fence_all(GateMessages& gates, const std::vector<std::string>& uuids,
                                   std::uint64_t epoch, milliseconds drain) {
    const Clock::time_point began = Clock::now();
    const std::string shut = fmt::format("fence {} 0", epoch);
    std::vector<FenceResult> results;
    results.reserve(uuids.size());
    for (const std::string& uuid : uuids) {
        results.push_back(ask(gates, uuid, shut));
    }
    for (std::size_t i = 0; i < uuids.size(); ++i) {
        if (results[i] && !results[i]->drained) {
            wait_drained(gates, uuids[i], began, began + drain, *results[i]);
        }
    }
    return results;
}

}  // namespace dnvme::sys
