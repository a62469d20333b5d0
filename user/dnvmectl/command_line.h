// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include <CLI/App.hpp>

#include "base/result.h"
#include "dnvmectl/options.h"
#include "dnvmectl/session.h"

namespace dnvme::ctl {

/// What the user asked for: filled in while the command line is parsed, run afterwards.
struct CommandLine {
    GlobalOptions options;
    std::string command;  ///< "volume create", for error messages
    std::function<Status(Session&)> run;
};

/// Adds all nouns, verbs and options to @p app. Parsing it fills @p line.
void build(CLI::App& app, CommandLine& line);

}  // namespace dnvme::ctl
