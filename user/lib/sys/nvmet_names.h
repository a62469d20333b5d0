// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sys/config_fs.h"

namespace dnvme::sys {

/// The referral in a port's directory by which the port is known as ours.
inline Path port_mark(const Path& port_dir) {
    return port_dir / "referrals" / "dnvme";
}

}  // namespace dnvme::sys
