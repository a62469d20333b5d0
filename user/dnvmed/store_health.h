// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/mutex.h"
#include "store/forwarding.h"

namespace dnvme::daemon {

/// Whether the store answers, from what everybody who asks it came to. Thread-safe.
class StoreHealth {
  public:
    struct Outage {
        std::int64_t since_unix_s = 0;
        std::string why;
    };

    /// @p words name the store in errors. @p recovered is called in the thread of whoever notices.
    StoreHealth(std::string words, std::function<void()> recovered)
        : words_(std::move(words)), recovered_(std::move(recovered)) {}

    void note(const Error& error);
    void note_answer();
    [[nodiscard]] std::optional<Outage> outage();
    /// Unavailable, and which store, since when, and why. Only during an outage.
    [[nodiscard]] Error error();

  private:
    const std::string words_;
    const std::function<void()> recovered_;
    Mutex mutex_;
    std::optional<Outage> outage_ DNVME_GUARDED_BY(mutex_);
};

/// Tells what each call came to. Thread-safe, as the store below.
class ObservedStore : public store::ForwardingStore {
  public:
    ObservedStore(Store& below, StoreHealth& health) : ForwardingStore(below), health_(health) {}

    Result<store::Snapshot> list(const std::string& prefix) override;
    Result<std::int64_t> transact(const std::vector<store::Compare>& compares,
                                  const std::vector<store::Write>& writes) override;
    Result<store::LeaseId> grant(std::chrono::seconds ttl) override;
    Status keep_alive(store::LeaseId lease) override;
    Status revoke(store::LeaseId lease) override;

  private:
    template <class T>
    Result<T> noted(Result<T> answer);

    StoreHealth& health_;
};

/// Does not ask a store that is known not to answer: others find out when it does again, and who
/// must not be held up for long is not. Thread-safe, as the store below.
class ImpatientStore : public store::ForwardingStore {
  public:
    ImpatientStore(Store& below, StoreHealth& health) : ForwardingStore(below), health_(health) {}

    Result<store::Snapshot> list(const std::string& prefix) override;
    Result<std::int64_t> transact(const std::vector<store::Compare>& compares,
                                  const std::vector<store::Write>& writes) override;

  private:
    template <class T>
    Result<T> in_words(Result<T> answer);

    StoreHealth& health_;
};

}  // namespace dnvme::daemon
