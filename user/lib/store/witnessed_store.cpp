// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <utility>

#include "base/mutex.h"
#include "store/codec.h"
#include "store/forwarding.h"
#include "store/witness.h"

namespace dnvme::store {

namespace {

/// Thread-safe, as the store below.
class WitnessedStore : public ForwardingStore {
  public:
    WitnessedStore(std::unique_ptr<Store> store, std::string path)
        : ForwardingStore(*store), store_(std::move(store)), path_(std::move(path)) {}

    Result<Snapshot> list(const std::string& prefix) override;

  private:
    Status recall() DNVME_REQUIRES(mutex_);
    Status testify(const Snapshot& snapshot) DNVME_REQUIRES(mutex_);

    const std::unique_ptr<Store> store_;
    const std::string path_;
    Mutex mutex_;
    std::optional<Witness> seen_ DNVME_GUARDED_BY(mutex_);  ///< what the file says, once read
};

/// One list at a time: an older one must not be held against what a newer one has told.
Result<Snapshot> WitnessedStore::list(const std::string& prefix) {
    if (prefix != kRoot) {
        return store_->list(prefix);
    }
    MutexLock lock(mutex_);
    auto snapshot = store_->list(prefix);
    if (!snapshot) {
        return snapshot;
    }
    if (auto testified = testify(*snapshot); !testified) {
        return pass(testified.error());
    }
    return snapshot;
}

Status WitnessedStore::recall() {
    if (!seen_) {
        auto read = read_witness(path_);
        if (!read) {
            return pass(read.error());
        }
        seen_ = std::move(*read);
    }
    return {};
}

/// A store without a cluster has nothing to tell yet, but must not stand where one was.
Status WitnessedStore::testify(const Snapshot& snapshot) {
    if (auto recalled = recall(); !recalled) {
        return recalled;
    }
    const Witness now = witness_of(snapshot);
    if (auto fits = check_witness(*seen_, now); !fits) {
        return fits;
    }
    if (now == *seen_ || now.cluster_uuid.empty()) {
        return {};
    }
    if (auto written = write_witness(path_, now); !written) {
        return written;
    }
    seen_ = now;
    return {};
}

}  // namespace

std::unique_ptr<Store> with_witness(std::unique_ptr<Store> store, const std::string& path) {
    return std::make_unique<WitnessedStore>(std::move(store), path);
}

}  // namespace dnvme::store
