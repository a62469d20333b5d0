// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent.h"
#include "config.h"
#include "dnvme/v1/api.pb.h"
#include "store_health.h"

/// How the whole cluster is. Pure.
namespace dnvme::daemon {

v1::StoreView view_store(const StoreConfig& config,
                         const std::optional<StoreHealth::Outage>& outage);

/// Adds what was seen; all that is not as it should be. @p current: the store was read for it. If
/// it was not, only this node is told of: nobody knows how the others are.
void add_seen(const Observation& seen, bool current, v1::ClusterStatus& status);

}  // namespace dnvme::daemon
