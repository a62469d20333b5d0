// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <SQLiteCpp/Database.h>

#include "base/result.h"

/// Opening the store's file: whose it is, whether it is whole, that nobody else has it.
namespace dnvme::store {

/// Looks at the file's first bytes without opening a database, so that a file that is not ours is
/// left as it is. A file that does not exist or is empty is fine. Errors: precondition.
Status check_is_ours(const std::string& path);

/// Locks the database for this process as long as it is open. Errors: precondition (held).
Status lock(SQLite::Database& database);

/// Makes the tables in a new file. Errors: internal (damaged), precondition (newer version).
Status check_or_create(SQLite::Database& database);

}  // namespace dnvme::store
