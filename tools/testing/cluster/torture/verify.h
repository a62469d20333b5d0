// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "torture/history.h"

namespace dnvme::torture {

/// Reads each block that the histories have used, as reads after all else. Errors: internal.
Result<std::vector<Operation>> read_now(const std::string& device,
                                        const std::vector<History>& histories, bool quiet);

}  // namespace dnvme::torture
