// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace dnvme {

/// Version of this build, "0.1.0"; it stands in VERSION at the top of the tree.
std::string_view version();

}  // namespace dnvme
