// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "base/result.h"
#include "store/batches.h"
#include "store/store.h"

namespace dnvme::store {

/// Copies all records from one store to another that has none: from a node's file to etcd, or back.
/// What arrived is compared with what was sent, record by record, before the copy is made valid by
/// the cluster's record, which comes last: load() refuses a copy that was interrupted, and copying
/// again goes on with it. A copy that is there already and the same is success. Keys bound to
/// leases stay behind. Returns what was copied. Errors: precondition (there are other records
/// already, or nothing to copy), conflict (somebody writes to the copy), those of Store.
Result<Snapshot> copy_records(Store& from, Store& to, Limits limits);

/// What copy_records() would find in its way. Returns the number of records that it would copy.
Result<std::size_t> check_copy(Store& from, Store& to);

}  // namespace dnvme::store
