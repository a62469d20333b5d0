// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "operations/intent.h"
#include "store/statuses.h"

/// What a request needs of other nodes. Pure.
namespace dnvme::daemon {

/// The nodes but @p self that have to carry something of @p edits out. One that only has to let go
/// counts while it is online: a dead one does so when it comes back.
std::set<std::string> others_of(const model::Cluster& before, const std::vector<Edit>& edits,
                                const store::Statuses& statuses, const std::string& self);

/// "node 'n2' is offline since ..., its daemon must run for this"; Errors: precondition.
Status check_online(const std::set<std::string>& nodes, const store::Statuses& statuses);

/// Whether these nodes can serve what has to be whole for the request.
Status check_needs(const std::set<std::string>& nodes, const store::Statuses& statuses,
                   const std::string& volume);

/// Whether all of them have reconciled @p revision, and what kept them from it for @p owners.
/// Nothing: not yet.
std::optional<Status> heard_from(const std::set<std::string>& nodes,
                                 const store::Statuses& statuses, std::int64_t revision,
                                 const std::vector<std::string>& owners);

/// Which of them has not, and why if it says so.
Error overdue(const std::set<std::string>& nodes, const store::Statuses& statuses,
              std::int64_t revision);

}  // namespace dnvme::daemon
