// SPDX-License-Identifier: Apache-2.0
#include "store_health.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "base/unix_time.h"

namespace dnvme::daemon {

void StoreHealth::note(const Error& error) {
    if (error.code() != Code::unavailable) {
        note_answer();
        return;
    }
    MutexLock lock(mutex_);
    if (!outage_) {
        spdlog::error("{} does not answer; what was built stays and goes on serving: {}", words_,
                      error.message());
        outage_ = Outage{.since_unix_s = unix_now(), .why = error.message()};
    }
}

void StoreHealth::note_answer() {
    {
        MutexLock lock(mutex_);
        if (!outage_) {
            return;
        }
        outage_.reset();
    }
    spdlog::info("{} answers again", words_);
    recovered_();
}

std::optional<StoreHealth::Outage> StoreHealth::outage() {
    MutexLock lock(mutex_);
    return outage_;
}

Error StoreHealth::error() {
    const Outage outage = this->outage().value_or(Outage{unix_now(), "it answers again"});
    return {Code::unavailable, fmt::format("{} has not answered since {}: {}", words_,
                                           time_words(outage.since_unix_s), outage.why)};
}

template <class T>
Result<T> ObservedStore::noted(Result<T> answer) {
    if (answer) {
        health_.note_answer();
    } else {
        health_.note(answer.error());
    }
    return answer;
}

Result<store::Snapshot> ObservedStore::list(const std::string& prefix) {
    return noted(ForwardingStore::list(prefix));
}

Result<std::int64_t> ObservedStore::transact(const std::vector<store::Compare>& compares,
                                             const std::vector<store::Write>& writes) {
    return noted(ForwardingStore::transact(compares, writes));
}

Result<store::LeaseId> ObservedStore::grant(std::chrono::seconds ttl) {
    return noted(ForwardingStore::grant(ttl));
}

Status ObservedStore::keep_alive(store::LeaseId lease) {
    return noted(ForwardingStore::keep_alive(lease));
}

Status ObservedStore::revoke(store::LeaseId lease) {
    return noted(ForwardingStore::revoke(lease));
}

template <class T>
Result<T> ImpatientStore::in_words(Result<T> answer) {
    if (!answer && answer.error().code() == Code::unavailable) {
        return tl::unexpected(health_.error());
    }
    return answer;
}

Result<store::Snapshot> ImpatientStore::list(const std::string& prefix) {
    if (health_.outage()) {
        return tl::unexpected(health_.error());
    }
    return in_words(ForwardingStore::list(prefix));
}

Result<std::int64_t> ImpatientStore::transact(const std::vector<store::Compare>& compares,
                                              const std::vector<store::Write>& writes) {
    if (health_.outage()) {
        return tl::unexpected(health_.error());
    }
    return in_words(ForwardingStore::transact(compares, writes));
}

}  // namespace dnvme::daemon
