// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "base/result.h"
#include "dnvme/v1/status.pb.h"
#include "identity.h"
#include "store/store.h"

namespace dnvme::daemon {

/// This daemon's place in the store, as the one that runs its node: a status under a lease, which a
/// thread of its own keeps alive, whatever the state thread does.
///
/// Whoever finds the place taken waits for the lease of the other one to run out: that one may be
/// dead. If it is not, this daemon is one too many. Only a daemon of the same boot of the same
/// machine is replaced at once: there, a lock file sees to it that it is dead.
class Presence {
  public:
    struct Listener {
        /// The place is ours, now or again. Both are called in the thread of this.
        std::function<void()> taken;
        /// It is not and will not be; nothing more is done.
        std::function<void(const Error& why)> refused;
    };

    Presence(store::Store& store, Identity identity, std::chrono::seconds lease, Listener listener);
    Presence(const Presence&) = delete;
    Presence& operator=(const Presence&) = delete;
    /// Leaves the place: the node is offline at once.
    ~Presence();

    /// One attempt in the thread of the caller, before start(). False: it is taken.
    Result<bool> try_take();
    void start();

    /// What to write next, as soon as possible; the identity is filled in. Any thread.
    void publish(v1::NodeStatus status);
    /// The same for what only the leader says: whose clocks are how many seconds ahead. Any thread.
    void tell_clocks(const std::map<std::string, std::int64_t>& ahead_s);
    /// Under which the place is held; nothing while it is not. Any thread.
    std::optional<store::LeaseId> lease();

  private:
    using Clock = std::chrono::steady_clock;
    struct Rival {
        std::string instance;
        Clock::time_point since;
    };

    void run();
    void work(Clock::time_point now);
    void wait();
    void take_place();
    void refresh_lease(Clock::time_point now);
    bool clock_was_set();
    void write_status();
    void mark_written(const v1::NodeStatus& status);
    void lose_lease();
    Result<bool> put(const v1::NodeStatus& status);
    Status get_lease();
    [[nodiscard]] v1::NodeStatus latest();
    [[nodiscard]] v1::NodeStatus whole() const DNVME_REQUIRES(mutex_);
    [[nodiscard]] bool is_ours(const v1::NodeStatus& other) const;
    void meet(const v1::NodeStatus& rival);
    [[nodiscard]] bool stopping();

    store::Store& store_;
    const Identity identity_;
    const std::chrono::seconds ttl_;
    const Listener listener_;
    const std::int64_t started_unix_s_;

    // Of one thread at a time: that of try_take(), then our own.
    bool taken_ = false;
    bool over_ = false;
    bool failed_ = false;          ///< to write the status
    std::int64_t clock_offset_s_;  ///< see clock_was_set()
    Clock::time_point renewed_{};
    Clock::time_point renew_at_{};
    std::optional<Rival> rival_;

    Mutex mutex_;
    CondVar wake_;
    bool stop_ DNVME_GUARDED_BY(mutex_) = false;
    bool dirty_ DNVME_GUARDED_BY(mutex_) = false;
    std::optional<store::LeaseId> lease_ DNVME_GUARDED_BY(mutex_);
    v1::NodeStatus status_ DNVME_GUARDED_BY(mutex_);
    std::map<std::string, std::int64_t> clocks_ DNVME_GUARDED_BY(mutex_);
    std::thread thread_;
};

}  // namespace dnvme::daemon
