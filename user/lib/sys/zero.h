// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace dnvme::sys {

/// Writes zeroes to part of an open block device (or file) and waits until they are stable.
/// @p path is for the error.
Status write_zeroes(int fd, const std::string& path, std::uint64_t offset_bytes,
                    std::uint64_t length_bytes);

/// Writes zeroes to the device at @p path, opened exclusively: EBUSY if anybody holds it.
Status zero_device(const std::string& path, std::uint64_t offset_bytes, std::uint64_t length_bytes);

}  // namespace dnvme::sys
