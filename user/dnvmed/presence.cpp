// SPDX-License-Identifier: Apache-2.0
#include "presence.h"

#include <cstdlib>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "base/unix_time.h"
#include "base/version.h"
#include "store/notes.h"
#include "store/statuses.h"

namespace dnvme::daemon {

namespace {

/// A store may grant more than it was asked for, and more again when its leader changes.
constexpr int kLeasesToWait = 3;
constexpr std::chrono::milliseconds kRetry{500};
/// Two clocks that are read one after the other, in whole seconds.
constexpr std::int64_t kClockJitterS = 2;

/// Of the time that people are told against that which nobody can set.
std::int64_t clock_offset_s() {
    const auto running = std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::steady_clock::now().time_since_epoch());
    return unix_now() - running.count();
}

}  // namespace

Presence::Presence(store::Store& store, Identity identity, std::chrono::seconds lease,
                   Listener listener)
    : store_(store),
      identity_(std::move(identity)),
      ttl_(lease),
      listener_(std::move(listener)),
      started_unix_s_(unix_now()),
      clock_offset_s_(clock_offset_s()) {}

Presence::~Presence() {
    {
        MutexLock lock(mutex_);
        stop_ = true;
        wake_.notify_all();
    }
    if (thread_.joinable()) {
        thread_.join();
    }
    // What has run out needs no end, and its store may not answer.
    if (const auto lease = this->lease(); lease && Clock::now() < renewed_ + ttl_) {
        if (auto left = store_.revoke(*lease); !left) {
            spdlog::warn("leave the store: {}", left.error().message());
        }
    }
}

Result<bool> Presence::try_take() {
    auto done = put(latest());
    taken_ = done && *done;
    return done;
}

void Presence::start() {
    thread_ = std::thread([this] { run(); });
}

void Presence::publish(v1::NodeStatus status) {
    MutexLock lock(mutex_);
    status_ = std::move(status);
    dirty_ = true;
    wake_.notify_all();
}

void Presence::tell_clocks(const std::map<std::string, std::int64_t>& ahead_s) {
    MutexLock lock(mutex_);
    if (clocks_ != ahead_s) {
        clocks_ = ahead_s;
        dirty_ = true;
        wake_.notify_all();
    }
}

std::optional<store::LeaseId> Presence::lease() {
    MutexLock lock(mutex_);
    return lease_;
}

void Presence::run() {
    while (!over_ && !stopping()) {
        work(Clock::now());
        wait();
    }
}

void Presence::work(Clock::time_point now) {
    if (!taken_) {
        take_place();
        return;
    }
    if (now >= renew_at_) {
        refresh_lease(now);
    }
    if (clock_was_set()) {
        MutexLock lock(mutex_);
        dirty_ = true;
    }
    write_status();
}

void Presence::wait() {
    // What could not be done just now is tried again, but not at once.
    const bool pause = failed_ || !taken_;
    const auto soon = Clock::now() + kRetry;
    const auto latest = pause ? std::min(soon, taken_ ? renew_at_ : soon) : renew_at_;
    MutexLock lock(mutex_);
    while (!stop_ && (pause || !dirty_) && Clock::now() < latest) {
        wake_.wait_until(mutex_, latest);
    }
}

void Presence::take_place() {
    auto done = try_take();
    if (!done) {
        spdlog::debug("take the place of node {}: {}", identity_.node, done.error().message());
        if (done.error().code() == Code::not_found) {
            lose_lease();
        }
    } else if (*done) {
        spdlog::info("this daemon runs node {} for the cluster", identity_.node);
        listener_.taken();
    }
}

/// A store that does not answer is asked again soon: the lease may last longer than its silence.
void Presence::refresh_lease(Clock::time_point now) {
    const auto lease = this->lease();
    const auto kept = lease ? store_.keep_alive(*lease) : fail(Code::not_found, "no lease");
    if (kept) {
        renewed_ = now;
        renew_at_ = now + ttl_ / 3;
    } else if (kept.error().code() == Code::not_found) {
        spdlog::warn("node {} was offline for the others: its lease has run out", identity_.node);
        lose_lease();
        take_place();
    } else {
        renew_at_ = now + kRetry;
    }
}

/// Since the last call. What was told before does not tell how the clock is now.
bool Presence::clock_was_set() {
    const std::int64_t offset = clock_offset_s();
    const bool was_set = std::abs(offset - clock_offset_s_) > kClockJitterS;
    clock_offset_s_ = offset;
    return was_set;
}

void Presence::lose_lease() {
    taken_ = false;
    MutexLock lock(mutex_);
    lease_.reset();
}

void Presence::write_status() {
    v1::NodeStatus status;
    {
        MutexLock lock(mutex_);
        if (!dirty_) {
            return;
        }
        status = whole();
    }
    const auto done = put(status);
    failed_ = !done;
    if (!done && done.error().code() == Code::not_found) {
        lose_lease();
    } else if (done && !*done) {
        taken_ = false;
    } else if (done) {
        mark_written(status);
    }
}

/// Something newer may have come meanwhile.
void Presence::mark_written(const v1::NodeStatus& status) {
    MutexLock lock(mutex_);
    dirty_ = whole().SerializeAsString() != status.SerializeAsString();
}

/// False: somebody else is there.
Result<bool> Presence::put(const v1::NodeStatus& status) {
    const std::string key = store::status_key(identity_.node);
    const auto snapshot = store_.list(key);
    if (!snapshot) {
        return pass(snapshot.error());
    }
    const store::Entry* entry = store::find_entry(*snapshot, key);
    v1::NodeStatus there;
    if (entry != nullptr && there.ParseFromString(entry->value) && !is_ours(there)) {
        meet(there);
        return false;
    }
    if (auto leased = get_lease(); !leased) {
        return pass(leased.error());
    }
    v1::NodeStatus whole = status;
    whole.set_schema_version(store::kStatusVersion);
    whole.set_node(identity_.node);
    whole.set_instance(identity_.instance);
    whole.set_machine(identity_.machine);
    whole.set_boot(identity_.boot);
    whole.set_started_unix_s(started_unix_s_);
    whole.set_told_unix_s(unix_now());
    whole.set_lease_s(static_cast<std::uint32_t>(ttl_.count()));
    whole.set_version(std::string(version()));
    const auto written = store_.transact(
        {{.key = key, .mod_revision = entry == nullptr ? 0 : entry->mod_revision}},
        {{.key = key, .value = whole.SerializeAsString(), .lease = lease().value()}});
    if (!written) {
        return pass(written.error());
    }
    rival_.reset();
    return true;
}

Status Presence::get_lease() {
    if (lease()) {
        return {};
    }
    const auto granted = store_.grant(ttl_);
    if (!granted) {
        return pass(granted.error());
    }
    renewed_ = Clock::now();
    renew_at_ = renewed_ + ttl_ / 3;
    MutexLock lock(mutex_);
    lease_ = *granted;
    return {};
}

v1::NodeStatus Presence::latest() {
    MutexLock lock(mutex_);
    return whole();
}

v1::NodeStatus Presence::whole() const {
    v1::NodeStatus status = status_;
    for (const auto& [node, ahead_s] : clocks_) {
        v1::WrongClock& clock = *status.add_clocks();
        clock.set_node(node);
        clock.set_ahead_s(ahead_s);
    }
    return status;
}

bool Presence::is_ours(const v1::NodeStatus& other) const {
    return other.instance() == identity_.instance ||
           (other.machine() == identity_.machine && other.boot() == identity_.boot);
}

void Presence::meet(const v1::NodeStatus& rival) {
    const auto now = Clock::now();
    if (!rival_ || rival_->instance != rival.instance()) {
        spdlog::warn("node {} is run by another daemon: waiting for its lease of {} s to end",
                     identity_.node, rival.lease_s());
        rival_ = Rival{.instance = rival.instance(), .since = now};
        return;
    }
    if (now < rival_->since + kLeasesToWait * std::chrono::seconds(rival.lease_s())) {
        return;
    }
    over_ = true;
    const char* who = rival.machine() == identity_.machine
                          ? "a machine with the same machine id, a copy of this one"
                          : "another machine";
    listener_.refused({Code::precondition,
                       fmt::format("node '{}' is run by a daemon on {}, which is alive: give this "
                                   "node another name, node.name in dnvmed.toml{}",
                                   identity_.node, who,
                                   rival.machine() == identity_.machine
                                       ? ", and a new machine id, see machine-id(5)"
                                       : "")});
}

bool Presence::stopping() {
    MutexLock lock(mutex_);
    return stop_;
}

}  // namespace dnvme::daemon
