// SPDX-License-Identifier: Apache-2.0
#include "base/unix_time.h"

#include <chrono>
#include <ctime>

#include <fmt/chrono.h>

namespace dnvme {

std::int64_t unix_now() {
    return std::time(nullptr);
}

std::int64_t unix_now_ms() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

std::string time_words(std::int64_t unix_s) {
    return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(static_cast<std::time_t>(unix_s)));
}

}  // namespace dnvme
