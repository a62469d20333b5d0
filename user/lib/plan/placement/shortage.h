// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "plan/placement/attempt.h"

/// Why a request cannot be met, in words that say what is missing.
namespace dnvme::plan::placement {

/// For an attempt whose next leg has no room. Code: precondition if too few nodes match, however
/// empty they are, else no_space.
tl::unexpected<Error> no_room(const Attempt& attempt);

/// For controllers, of which no more have a node. @p matching: names.
tl::unexpected<Error> no_node(const Request& request, std::vector<std::string> matching);

}  // namespace dnvme::plan::placement
