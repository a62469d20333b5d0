// SPDX-License-Identifier: Apache-2.0
#include "base/version.h"

namespace dnvme {

std::string_view version() {
    return DNVME_VERSION;
}

}  // namespace dnvme
