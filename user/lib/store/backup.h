// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dnvme/v1/backup.pb.h"
#include "store/store.h"

/// All records of one moment in a file: see backup.proto. Pure.
namespace dnvme::store {

struct Backup {
    v1::BackupHeader header;
    std::vector<Entry> records;  ///< keys and values; the cluster's at the end
};

/// @p taken_at is what time it is: see BackupHeader. Errors: precondition (there is no cluster).
Result<Backup> take_backup(const Snapshot& snapshot, const std::string& taken_at);

std::string encode(const Backup& backup);

/// Errors: invalid (not a backup, damaged, of a newer format, of records that this build cannot
/// read; says which).
Result<Backup> decode_backup(std::string_view bytes);

}  // namespace dnvme::store
