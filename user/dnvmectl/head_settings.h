// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <CLI/App.hpp>

#include "dnvme/v1/api.pb.h"

namespace dnvme::ctl {

/// An option for each setting of a head; what the command line gives is set in @p settings. The
/// daemon knows the ranges.
std::vector<CLI::Option*> add_head_settings(CLI::App& verb, v1::HeadSettings& settings);

}  // namespace dnvme::ctl
