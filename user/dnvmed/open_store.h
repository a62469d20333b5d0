// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "config.h"
#include "store/witnessed_store.h"

namespace dnvme::daemon {

/// The store that the configuration names; with a witness beside it (see store/witness.h), unless
/// it is in memory. An etcd that cannot be reached now is no error: the agent tries again. Neither
/// is a store that has lost its cluster: it is refused whenever it is listed, until it is restored.
/// Errors: those of open_sqlite() and open_etcd(); invalid (password file); precondition (put back
/// from an older backup, or moved elsewhere).
Result<std::unique_ptr<store::WitnessedStore>> open_store(const Config& config);

/// The same without looking into it, and without a witness.
Result<std::unique_ptr<store::Store>> open_bare_store(const Config& config);

/// The file in which this node remembers what it has seen of the store; empty: nowhere.
std::string witness_path(const StoreConfig& store);

}  // namespace dnvme::daemon
