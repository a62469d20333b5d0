// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

/// The kernel does not print a table back as it was loaded. Pure.
namespace dnvme::plan {

/// @p params of a target of @p type in the one form in which tables are compared: one blank between
/// words, none at the ends, and
///   thin-pool  the number of features is there, also when it is 0;
///   raid       what steers only the first synchronisation (sync, nosync, rebuild <i>) is left out.
/// Devices may be numbers or references. Text that does not fit its grammar is only trimmed: it is
/// then compared, found different, and replaced.
std::string normalise_params(std::string_view type, std::string_view params);

}  // namespace dnvme::plan
