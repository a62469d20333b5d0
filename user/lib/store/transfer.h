// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "base/result.h"
#include "store/store.h"

namespace dnvme::store {

/// Copies all records from one store, which nobody writes to meanwhile, to another that has none:
/// from a node's file to etcd, or back. Revisions start anew, keys bound to leases stay behind. The
/// cluster's record comes last, so that a copy that was interrupted is refused by load(). Returns
/// the number of records. Errors: precondition (there are records already, or nothing to copy),
/// conflict (somebody writes to the copy), those of Store.
Result<std::size_t> copy_records(Store& from, Store& to);

}  // namespace dnvme::store
