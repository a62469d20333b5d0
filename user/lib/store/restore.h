// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/backup.h"
#include "store/batches.h"
#include "store/store.h"
#include "store/witness.h"

/// Putting back what a store has lost, and never anything that it still knows: a record that is
/// there is newer than that of any backup, and stays. Pure.
namespace dnvme::store {

/// What a restore does.
struct Restoration {
    std::vector<Step> steps;           ///< to write; what makes the store valid comes last
    std::vector<std::string> actions;  ///< a sentence for each record
    std::size_t added = 0;
    std::size_t kept = 0;
};

/// What the node of the store knows about it.
struct Known {
    Snapshot now;  ///< of all records, unchecked
    Witness seen;
};

struct RestoreOptions {
    bool force = false;
    Limits limits = kEtcdLimits;  ///< of the store, with which the steps are written
};

/// Into a store without records: all of the backup. Into one with records, with force: those that
/// are missing. The steps are to be written with write_steps(): where they do not fit into one
/// transaction a restore that is interrupted leaves a store that load() refuses, and repeating it
/// goes on.
///
/// A backup that may not be the newest (this node has seen more, or knows nothing) has forgotten
/// who owns what and what holds data. So what it brings back gets epochs above all that were seen
/// (L3: an owner of before is fenced), and no leg in it is unformatted, which would wipe it.
///
/// Errors: precondition (the store has records and force is not given; this node has seen newer
/// records and it is not given; another cluster; what is there stands in the way: says which).
Result<Restoration> plan_restore(const Known& known, const Backup& backup,
                                 const RestoreOptions& options);

}  // namespace dnvme::store
