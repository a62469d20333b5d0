// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <system_error>

namespace dnvme {

tl::unexpected<Error> fail_errno(int sys_errno, std::string message) {
    message.append(": ").append(std::generic_category().message(sys_errno));
    return tl::unexpected<Error>(Error(Code::internal, std::move(message), sys_errno));
}

}  // namespace dnvme
