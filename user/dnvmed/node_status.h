// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent.h"
#include "store/statuses.h"

/// What a daemon says of its node, and what its words mean to the others. Pure.
namespace dnvme::daemon {

/// "node 'n2' is offline since ...".
std::string offline_words(const std::string& node, const store::Statuses& statuses);

/// The status of the node that @p seen is of. @p before: the one before, for since when things are
/// as they are.
v1::NodeStatus make_status(const Observation& seen, const v1::NodeStatus& before,
                           std::int64_t now_unix_s);

/// Whether @p status names as silent those nodes that are offline, and no other.
bool tells_of_absent(const store::Statuses& statuses, const v1::NodeStatus& status);

/// Whether a node that is offline is connected to this one all the same.
bool hears_absent(const Observation& seen);

/// Whether the two differ in more than how far the node has come.
bool tells_news(const v1::NodeStatus& status, v1::NodeStatus before);

/// What a node says of a volume; null if it says nothing.
const v1::VolumeStatus* find_volume(const v1::NodeStatus& status, const std::string& uuid);

}  // namespace dnvme::daemon
