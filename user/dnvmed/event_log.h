// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <vector>

#include "base/mutex.h"
#include "dnvme/v1/api.pb.h"

namespace dnvme::daemon {

/// The last events of the cluster, for whoever reads or follows them. Whoever reads too slowly
/// misses some. Thread-safe.
class EventLog {
  public:
    static constexpr std::size_t kMost = 1000;

    struct Part {
        std::vector<v1::ClusterEvent> events;
        std::uint64_t next = 0;  ///< where to go on
        bool over = false;       ///< there will be no more
    };

    void add(std::vector<v1::ClusterEvent> events);
    /// Nothing more will come; wakes all who wait.
    void close();
    /// From number @p from on; waits up to @p patience for one to come.
    Part read(std::uint64_t from, std::chrono::milliseconds patience);

  private:
    Mutex mutex_;
    CondVar changed_;
    bool closed_ DNVME_GUARDED_BY(mutex_) = false;
    std::uint64_t first_ DNVME_GUARDED_BY(mutex_) = 0;  ///< number of the oldest that is kept
    std::deque<v1::ClusterEvent> events_ DNVME_GUARDED_BY(mutex_);
};

}  // namespace dnvme::daemon
