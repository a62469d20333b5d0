// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dnvme {

/// A new random UUID in lower case with hyphens.
std::string make_uuid();

/// Whether @p text is a UUID in lower case with hyphens, as all records have them.
bool is_uuid(std::string_view text);

}  // namespace dnvme
