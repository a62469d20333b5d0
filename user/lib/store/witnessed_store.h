// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/mutex.h"
#include "store/forwarding.h"
#include "store/witness.h"

namespace dnvme::store {

/// A store whose every list of all records (prefix kRoot) is checked against the witness in a file,
/// and recorded there before it is handed out. Errors of list(): also precondition. Without a file
/// (an empty @p path) nothing is remembered and nothing checked. Thread-safe, as the store below.
class WitnessedStore : public ForwardingStore {
  public:
    WitnessedStore(std::unique_ptr<Store> store, std::string path)
        : ForwardingStore(*store), store_(std::move(store)), path_(std::move(path)) {}

    Result<Snapshot> list(const std::string& prefix) override;

    /// All records as they are, neither checked nor recorded: for what puts a store right.
    Result<Snapshot> look();
    /// What the file says. Errors: those of read_witness().
    Result<Witness> seen();
    /// Takes the store as it is now for the right one, whatever was seen before.
    Status believe();

  private:
    Status recall() DNVME_REQUIRES(mutex_);
    Status testify(const Snapshot& snapshot) DNVME_REQUIRES(mutex_);
    Status remember(const Witness& now) DNVME_REQUIRES(mutex_);

    const std::unique_ptr<Store> store_;
    const std::string path_;
    Mutex mutex_;
    std::optional<Witness> seen_ DNVME_GUARDED_BY(mutex_);  ///< what the file says, once read
};

}  // namespace dnvme::store
