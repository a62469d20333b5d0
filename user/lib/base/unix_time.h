// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

/// Seconds since 1970, UTC: what people are told, never what anything is decided by.
namespace dnvme {

std::int64_t unix_now();
/// The same in milliseconds.
std::int64_t unix_now_ms();

/// "2026-11-27 12:01:56 UTC".
std::string time_words(std::int64_t unix_s);

}  // namespace dnvme
