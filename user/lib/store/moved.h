// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "store/store.h"

/// A store whose records have moved to another one must not be written any more.
namespace dnvme::store {

/// Lists of all records (prefix kRoot) and every transaction fail once the store has moved; errors
/// then: precondition (says where to), for a transaction conflict first.
std::unique_ptr<Store> with_moved_check(std::unique_ptr<Store> store);

/// Ends the store for good: it has moved to @p where. Errors: conflict (something was written since
/// @p copied was listed: copy again), those of Store.
Status mark_moved(Store& store, const Snapshot& copied, const std::string& where);

}  // namespace dnvme::store
