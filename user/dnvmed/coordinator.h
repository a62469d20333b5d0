// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "clocks.h"
#include "presence.h"
#include "store/election.h"
#include "store/statuses.h"

namespace dnvme::daemon {

/// What the leader writes so that every node without a status is noted as absent, and no other.
/// Pure. @p nodes: names of all nodes that have a record.
std::vector<store::Write> note_absences(const std::set<std::string>& nodes,
                                        const store::Statuses& statuses, std::int64_t now_unix_s);

/// Takes part in the election of the one daemon that does what only one should do, in a thread of
/// its own: it notes since when nodes are offline and whose clocks are wrong, and gives the volumes
/// of a node that is lost another owner (failover.h).
class Coordinator {
  public:
    /// @p presence holds the lease under which this leads. @p replaces_owners: of lost nodes.
    Coordinator(store::Store& store, Presence& presence, std::string node, bool replaces_owners)
        : store_(store),
          presence_(presence),
          node_(std::move(node)),
          replaces_owners_(replaces_owners) {}
    Coordinator(const Coordinator&) = delete;
    Coordinator& operator=(const Coordinator&) = delete;
    /// Gives up leading.
    ~Coordinator();

    void start();

  private:
    void run();
    void campaign(store::LeaseId lease);
    Status lead(store::Election& election, Clocks& clocks);
    Status replace_owners(const store::Election& election);
    bool wait();

    store::Store& store_;
    Presence& presence_;
    const std::string node_;
    const bool replaces_owners_;
    std::int64_t judged_ = 0;  ///< revision of the store at which all owners were judged last
    Mutex mutex_;
    CondVar wake_;
    bool stop_ DNVME_GUARDED_BY(mutex_) = false;
    std::thread thread_;
};

}  // namespace dnvme::daemon
