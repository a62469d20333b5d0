// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "store/store.h"

namespace dnvme::store {

/// Hands everything on to the store below, which outlives it; for those that change one thing.
/// Thread-safe, as the store below.
class ForwardingStore : public Store {
  public:
    explicit ForwardingStore(Store& below) : below_(below) {}

    Result<Snapshot> list(const std::string& prefix) override { return below_.list(prefix); }
    Result<std::int64_t> transact(const std::vector<Compare>& compares,
                                  const std::vector<Write>& writes) override {
        return below_.transact(compares, writes);
    }
    std::unique_ptr<Watch> watch(const std::string& prefix, std::int64_t from_revision) override {
        return below_.watch(prefix, from_revision);
    }
    Status compact(std::int64_t revision) override { return below_.compact(revision); }
    Result<LeaseId> grant(std::chrono::seconds ttl) override { return below_.grant(ttl); }
    Status keep_alive(LeaseId lease) override { return below_.keep_alive(lease); }
    Status revoke(LeaseId lease) override { return below_.revoke(lease); }

  private:
    Store& below_;
};

}  // namespace dnvme::store
