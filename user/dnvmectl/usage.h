// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/App.hpp>

#include "dnvmectl/streams.h"

namespace dnvme::ctl {

/// Tells the user what stopped @p app from parsing the command line: a mistake, or a wish for help
/// or the version. Returns the exit code.
int report_parse_stop(const CLI::App& app, const CLI::ParseError& stop, const Streams& streams);

}  // namespace dnvme::ctl
