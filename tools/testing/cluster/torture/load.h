// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace dnvme::torture {

struct LoadOptions {
    std::string device;
    std::string standby;  ///< another path to the same blocks; empty: none
    std::string history;
    std::uint64_t first_block = 0;
    std::uint64_t blocks = 64;
    unsigned writers = 4;
    unsigned readers = 4;
    unsigned depth = 4;
    unsigned flush_percent = 2;
    unsigned fua_percent = 10;
    unsigned hot_percent = 50;
    std::uint64_t seed = 1;
    std::uint64_t seconds = 0;     ///< 0: no limit
    std::uint64_t operations = 0;  ///< 0: no limit; with a standby counted after the switch
    bool fill = true;
    bool quiet = false;
};

struct LoadCounts {
    std::uint64_t writes = 0;
    std::uint64_t reads = 0;
    std::uint64_t flushes = 0;
    std::uint64_t failed = 0;
    std::uint64_t repeated = 0;  ///< sent again on the standby path
};

/// Runs until a limit, SIGINT or SIGTERM, and then waits for what is under way. SIGUSR1: as a
/// multipath host that lost a path, sends all that has no answer again to the standby, and the rest
/// only there. Errors: internal, invalid.
Result<LoadCounts> run_load(const LoadOptions& options);

}  // namespace dnvme::torture
