// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dnvmectl/streams.h"

namespace dnvme::ctl {

/// The whole program but for its streams: parses, runs the verb, says what went wrong. Returns
/// the exit code.
int run_command(int argc, const char* const* argv, const Streams& streams);

}  // namespace dnvme::ctl
