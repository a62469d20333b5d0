// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sys/config_fs.h"

namespace dnvme::sys {

/// The referral in a port's directory by which the port is known as ours.
inline Path port_mark(const Path& port_dir) {
    return port_dir / "referrals" / "dnvme";
}

/// Where a port says how its namespaces can be reached: all of ours are in group 1.
inline Path port_access(const Path& port_dir) {
    return port_dir / "ana_groups" / "1" / "ana_state";
}
inline constexpr const char* kOptimized = "optimized";
inline constexpr const char* kInaccessible = "inaccessible";

}  // namespace dnvme::sys
