// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "store/records.h"

/// What is a node's business in a cluster of many. Pure.
namespace dnvme::daemon {

/// Whether some record that @p node has to build from was written between the two.
bool concerns(const std::string& node, const store::Loaded& before, const store::Loaded& now);

}  // namespace dnvme::daemon
