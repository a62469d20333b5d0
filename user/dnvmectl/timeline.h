// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dnvmectl/formatter.h"

namespace dnvme::ctl {

/// A step of the last change of a volume's owner from one node to another.
struct Moment {
    std::int64_t at_unix_ms = 0;  ///< by the clock of who did it; 0: it has not come
    std::string what;
};

/// In the order in which they came; last those that have not. Precondition: there was a change.
std::vector<Moment> timeline(const v1::VolumeView& view, const DisksByUuid& disks);

/// Of a moment that has come: after the first one of all.
std::int64_t milliseconds_after(const std::vector<Moment>& moments, const Moment& moment);

}  // namespace dnvme::ctl
