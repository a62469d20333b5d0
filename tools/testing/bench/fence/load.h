// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "base/result.h"

namespace dnvme::bench {

/// fio, writing to some devices at random for as long as this lives. Errors do not end it.
class Load {
  public:
    /// Returns when so many writes have reached the disk @p leg (its name in /sys/block) that the
    /// load is under way.
    static Result<Load> start(const std::vector<std::string>& paths, const std::string& leg);
    Load(Load&& other) noexcept;
    Load& operator=(Load&&) = delete;
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;
    ~Load();

    /// Submits nothing more until go_on(); what is in flight returns.
    void stand_still() const;
    /// Returns when writes reach the disk again.
    [[nodiscard]] Status go_on() const;
    /// That it is still there.
    [[nodiscard]] bool alive() const;

  private:
    Load(pid_t pid, std::string leg) : pid_(pid), leg_(std::move(leg)) {}
    [[nodiscard]] Status await(long writes) const;

    pid_t pid_;
    std::string leg_;
};

}  // namespace dnvme::bench
