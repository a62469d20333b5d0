// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>

#include "base/result.h"
#include "store/store.h"

namespace dnvme::daemon {

/// Tells of every change in the store, by whomever, in a thread of its own.
class StoreWatch {
  public:
    struct Listener {
        /// Records changed, the last one at this revision.
        std::function<void(std::int64_t revision)> records;
        /// What daemons say of themselves has changed.
        std::function<void()> statuses;
    };

    StoreWatch(store::Store& store, Listener listener)
        : store_(store), listener_(std::move(listener)) {}
    StoreWatch(const StoreWatch&) = delete;
    StoreWatch& operator=(const StoreWatch&) = delete;
    ~StoreWatch();

    void start();

  private:
    void run();
    void follow();
    void tell(const store::Changes& changes);
    void pause();

    store::Store& store_;
    const Listener listener_;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

}  // namespace dnvme::daemon
