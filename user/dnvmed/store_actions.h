// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/result.h"
#include "plan/action.h"
#include "store/store.h"

namespace dnvme::daemon {

/// Whether the action is for the store (MarkFormatted, Record*, Forget*) and not for the
/// kernel.
bool is_store_action(const plan::Action& action);

/// Runs one action on the store. What was done already is success. Returns the revision of the
/// store by which it was done, 0 if it was done before.
Result<std::int64_t> run_store_action(store::Store& store, const plan::Action& action);

}  // namespace dnvme::daemon
