// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "base/result.h"

namespace dnvme::sys {

/// Addresses, as inet_ntop(3) writes them, from where a TCP connection to one of the local @p ports
/// is established, as the kernel's sock_diag(7) tells; those of kernel modules such as nvmet count.
/// A peer that is silent stays until the protocol above, or TCP, gives it up.
/// Errors: not_found (the kernel has no tcp_diag), and whatever the kernel says.
Result<std::set<std::string>> connected_peers(const std::set<std::uint16_t>& ports);

}  // namespace dnvme::sys
