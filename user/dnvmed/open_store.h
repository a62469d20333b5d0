// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "config.h"
#include "store/store.h"

namespace dnvme::daemon {

/// The store that the configuration names; with a witness beside it (see store/witness.h), unless
/// it is in memory. An etcd that cannot be reached now is no error: the agent tries again.
/// Errors: those of open_sqlite() and open_etcd(); invalid (password file); precondition (put back
/// from an older backup).
Result<std::unique_ptr<store::Store>> open_store(const Config& config);

/// The file in which this node remembers what it has seen of the store; empty: nowhere.
std::string witness_path(const StoreConfig& store);

}  // namespace dnvme::daemon
