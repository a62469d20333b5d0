// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "model/handover.h"
#include "plan/members.h"

namespace dnvme::daemon {

/// Time that only goes forward.
using Clock = std::function<std::chrono::steady_clock::time_point()>;

/// Remembers from run to run since when something is so with members. What it forgets when the
/// daemon ends costs time only: whatever must have lasted for some time has to last anew.
class MemberWatch {
  public:
    /// @p patience: how long a leg that does not run waits for a member that others could replace.
    MemberWatch(std::chrono::milliseconds patience, Clock clock)
        : patience_(patience), clock_(std::move(clock)) {}

    [[nodiscard]] plan::MemberHistory history() const;
    /// What a run has found and is about to do.
    void note(const plan::MemberDecisions& decisions);

    /// Gates that hold again within this time after they were released have not got over it.
    static constexpr std::chrono::milliseconds kReleased{10000};
    /// What dm-raid writes when it is through with a rebuild is written by then.
    static constexpr std::chrono::milliseconds kSynced{1000};
    /// The lease, and an eighth of it and a second for clocks that do not run alike.
    static constexpr std::chrono::milliseconds kExpired{model::kLeaseMs + (model::kLeaseMs / 8) +
                                                        1000};

  private:
    using Times = std::map<std::string, std::chrono::steady_clock::time_point>;

    /// Keeps the times of those that are in @p now, and begins those of the others.
    void follow(Times& since, const std::set<std::string>& now) const;
    [[nodiscard]] std::set<std::string> older(const Times& since,
                                              std::chrono::milliseconds than) const;

    const std::chrono::milliseconds patience_;
    const Clock clock_;
    Times absent_;
    Times synced_;
    Times unreceipted_;
    Times released_;  ///< the last time
};

}  // namespace dnvme::daemon
