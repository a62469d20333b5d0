// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "plan/action.h"
#include "sys/dm_text.h"
#include "sys/fence_all.h"

namespace dnvme::sys {

/// Fences one front and waits for its receipt. @p now: its status. One that an earlier attempt
/// fenced is only asked again; one that knows a higher epoch than the store is fenced under the
/// next. Errors: conflict (not drained in time: the fence stands, try again), internal (refused).
Status fence_one(GateMessages& gates, const DnvmeStatus& now, const plan::Fence& fence);

}  // namespace dnvme::sys
