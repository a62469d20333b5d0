// SPDX-License-Identifier: Apache-2.0
#include "backoff.h"

#include <algorithm>

namespace dnvme::daemon {

std::chrono::milliseconds Backoff::next() {
    const auto longest = delay_;
    delay_ = std::min(delay_ * 2, kMost);
    std::uniform_int_distribution<std::int64_t> shorten(0, longest.count() / 4);
    return longest - std::chrono::milliseconds(shorten(random_));
}

}  // namespace dnvme::daemon
