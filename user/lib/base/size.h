// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

/// Sizes as people write them. Units are powers of 1024: K, M, G, T, P, E, also KiB, MiB and so on.
namespace dnvme {

/// "10G", "1.5T", "64 KiB", "4096", "4096B". A fraction is rounded down to whole bytes.
/// Errors: invalid (says what was expected; "GB" is refused because it means two things).
Result<std::uint64_t> parse_size(std::string_view text);

/// At most one decimal, the largest unit of which there is one: "10 GiB", "1.5 TiB", "512 B".
std::string format_size(std::uint64_t bytes);

}  // namespace dnvme
