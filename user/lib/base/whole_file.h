// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace dnvme {

enum class IfThere { replace, refuse };

/// Writes a file for its owner alone, whole or not at all, durable on return. Errors: exists (only
/// with refuse), no_space, internal; they name the file. Any thread.
Status write_whole(const std::string& path, std::string_view bytes, IfThere if_there);

/// All of a file. Errors: not_found, internal; they name it. Any thread.
Result<std::string> read_whole(const std::string& path);

}  // namespace dnvme
