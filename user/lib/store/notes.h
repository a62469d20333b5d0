// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/store.h"

/// What a store keeps about itself, beside the records: keys below "/dnvme/.", which load() skips
/// and no backup has. Pure.
namespace dnvme::store {

/// Added to the store's revision, so that a node which has seen more of an earlier store of this
/// cluster can tell: etcd gives every store revisions from 1 on.
inline constexpr const char* kRevisionBaseKey = "/dnvme/.revision_base";
/// Where the records have gone; this store takes no more writes.
inline constexpr const char* kMovedKey = "/dnvme/.moved";
/// Records are arriving from the store of the cluster named here, and are not all there yet.
inline constexpr const char* kIncomingKey = "/dnvme/.incoming";

bool is_note(const std::string& key);

/// Null if it is not there.
const Entry* find_entry(const Snapshot& snapshot, const std::string& key);

/// The store's revision, counted on over every move and restore.
std::int64_t total_revision(const Snapshot& snapshot);

/// What a backup or a copy takes: no notes, and nothing that vanishes with a lease. The cluster's
/// record comes last, so that a copy that was interrupted is refused by load(). Errors:
/// precondition (there is no cluster's record).
Result<std::vector<Entry>> records_of(const Snapshot& snapshot);

}  // namespace dnvme::store
