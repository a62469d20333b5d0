// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "config.h"

namespace dnvme::daemon {

/// The command line, as given; documented in dnvmed(8).
struct Options {
    std::optional<std::string> config;
    std::optional<std::string> socket;
    std::optional<std::string> store;
    std::optional<std::string> node;
    std::optional<std::string> log_level;
    bool simulate = false;
    bool check_config = false;
};

/// Parses argv. A value is the exit status to end with at once (after --help, --version, or an
/// error, which was printed).
std::optional<int> parse_options(int argc, char** argv, Options& options);

/// The configuration file with the command line laid over it.
Result<Config> effective_config(const Options& options);

}  // namespace dnvme::daemon
