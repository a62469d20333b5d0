// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"
#include "store/store.h"

/// What a node has seen of the store, so that it notices one that was put back from an older
/// backup: such a store has forgotten which members are stale, and must not be believed.
namespace dnvme::store {

struct Witness {
    std::string cluster_uuid;                     ///< empty: nothing was seen yet
    std::int64_t revision = 0;                    ///< see total_revision()
    std::map<std::string, std::uint64_t> epochs;  ///< by uuid, of volumes' fronts and of legs

    bool operator==(const Witness&) const = default;
};

/// What a list of all records tells; records that cannot be read are left to load().
Witness witness_of(const Snapshot& snapshot);

/// Whether the store can be what became of what was seen: the same cluster, no lower revision, no
/// lower epoch of what still exists. The epochs tell even when others have written to the old store
/// so much that its revision has caught up. Pure. Errors: precondition.
Status check_witness(const Witness& seen, const Witness& now);

/// A file that does not exist is a witness that saw nothing. Errors: precondition (damaged),
/// internal.
Result<Witness> read_witness(const std::string& path);
/// Whole or not at all, durable on return.
Status write_witness(const std::string& path, const Witness& witness);

}  // namespace dnvme::store
