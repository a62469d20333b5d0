// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <random>

namespace dnvme::daemon {

/// How long to wait before the next attempt: 1 s, doubling to 60 s, each shortened by up to a
/// quarter at random so that nodes that failed together do not try again together.
class Backoff {
  public:
    explicit Backoff(std::uint32_t seed) : random_(seed) {}

    std::chrono::milliseconds next();
    void reset() { delay_ = kFirst; }

    static constexpr std::chrono::milliseconds kFirst{1000};
    static constexpr std::chrono::milliseconds kMost{60000};

  private:
    std::chrono::milliseconds delay_ = kFirst;
    std::minstd_rand random_;
};

}  // namespace dnvme::daemon
