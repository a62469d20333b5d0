// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "model/cluster.h"

/// What is answered to the admin command Set Namespace Active, and what is done for it. Specified
/// in Documentation/design/set-namespace-active.rst; numbers in linux/nvme-mpath-ext.h. Pure.
namespace dnvme::plan {

/// The command, as a host sent it: any field may hold anything.
struct ActivationCommand {
    std::uint8_t action = 0;
    std::uint32_t flags = 0;
    std::uint64_t epoch = 0;  ///< that the host knows; 0: none
    std::uint32_t nsid = 0;
    std::string subsystem_nqn;
    std::string host_nqn;
};

struct ActivationAnswer {
    std::uint16_t status = 0;  ///< bits 10:0 of the status field, and NVMET_MPATH_EXT_DNR
    std::uint8_t state = 0;    ///< NVME_MPATH_EXT_STATE_*
    std::uint64_t epoch = 0;
    std::uint8_t retry_100ms = 0;  ///< when to ask again; 0: no advice

    bool operator==(const ActivationAnswer&) const = default;
};

/// What the last run of the agent came to, by volume uuid. A volume in none of these serves through
/// its owner.
struct Readiness {
    std::set<std::string> down;    ///< waits for something
    std::set<std::string> failed;  ///< could not be brought to what its record says
    std::set<std::string> busy;    ///< its record was changed since
    bool blind = false;            ///< the run came to nothing: no volume is known to serve
    std::string node;              ///< whose agent that is, and where the command came
};

/// One or the other.
struct Verdict {
    ActivationAnswer answer;
    /// The volume with another owner and epoch: to be recorded, then carried out; then conclude()
    /// has the answer.
    std::optional<v1::Volume> change;
};

/// A command that has just come.
Verdict decide(const ActivationCommand& command, const model::Cluster& cluster,
               const Readiness& readiness);

/// One for which the owner was changed, after the agent's run.
ActivationAnswer conclude(const ActivationCommand& command, const model::Cluster& cluster,
                          const Readiness& readiness);

}  // namespace dnvme::plan
