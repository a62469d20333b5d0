// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#include "base/result.h"
#include "devices.h"
#include "load.h"

namespace dnvme::bench {

/// One round: nothing gets through any more, and nothing that did is still below.
struct Round {
    std::chrono::nanoseconds took{};
    std::uint64_t in_flight = 0;  ///< when the gates closed; stock device-mapper does not tell
};

/// Fences all gates with one call under @p epoch, and opens them again under the next.
Result<Round> fence_round(const Devices& gates, const Load& load, std::uint64_t epoch);

/// The same by stock device-mapper: a table that fails everything is loaded, the device suspended,
/// which waits for what is in flight, and resumed. @p processes share the devices among them.
/// Afterwards they have their old tables again.
Result<Round> error_round(const Devices& devices, const Load& load, std::size_t processes);

}  // namespace dnvme::bench
