// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"

namespace dnvme::daemon {

/// Which daemon this is, among all that ever had the name of this node. A value.
struct Identity {
    std::string node;
    std::string instance;  ///< of this life of the daemon
    std::string machine;   ///< made of the machine id, which it does not give away
    std::string boot;      ///< of this life of the kernel
};

/// A simulated machine is like no other. Errors: internal (the machine has no id).
Result<Identity> identify(const std::string& node, bool simulated);

}  // namespace dnvme::daemon
