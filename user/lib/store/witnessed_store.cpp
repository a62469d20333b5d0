// SPDX-License-Identifier: Apache-2.0
#include "store/witnessed_store.h"

#include <utility>

#include "store/codec.h"

namespace dnvme::store {

/// One list at a time: an older one must not be held against what a newer one has told.
Result<Snapshot> WitnessedStore::list(const std::string& prefix) {
    if (prefix != kRoot) {
        return store_->list(prefix);
    }
    MutexLock lock(mutex_);
    auto snapshot = store_->list(prefix);
    if (!snapshot || path_.empty()) {
        return snapshot;
    }
    if (auto testified = testify(*snapshot); !testified) {
        return pass(testified.error());
    }
    return snapshot;
}

Result<Snapshot> WitnessedStore::look() {
    return store_->list(kRoot);
}

Result<Witness> WitnessedStore::seen() {
    MutexLock lock(mutex_);
    if (auto recalled = recall(); !recalled) {
        return pass(recalled.error());
    }
    return *seen_;
}

Status WitnessedStore::believe() {
    MutexLock lock(mutex_);
    const auto snapshot = store_->list(kRoot);
    if (!snapshot) {
        return pass(snapshot.error());
    }
    return remember(witness_of(*snapshot));
}

Status WitnessedStore::recall() {
    if (path_.empty()) {
        seen_ = Witness();
    }
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
    return remember(now);
}

Status WitnessedStore::remember(const Witness& now) {
    if (path_.empty()) {
        return {};
    }
    if (auto written = write_witness(path_, now); !written) {
        return written;
    }
    seen_ = now;
    return {};
}

}  // namespace dnvme::store
