// SPDX-License-Identifier: Apache-2.0
#include "sys/refused.h"

#include <cerrno>
#include <system_error>

namespace dnvme::sys {

Code code_of(int sys_errno) {
    switch (sys_errno) {
        case EBUSY:
        case ENOTEMPTY:
        case EPERM:
        case EACCES:
        case EADDRINUSE:
        case EADDRNOTAVAIL:
            return Code::precondition;
        case EEXIST:
            return Code::exists;
        case ENOENT:
        case ENXIO:
        case ENODEV:
            return Code::not_found;
        case ENOSPC:
            return Code::no_space;
        default:
            return Code::internal;
    }
}

tl::unexpected<Error> refused(int sys_errno, std::string message) {
    message += ": " + std::generic_category().message(sys_errno);
    return tl::unexpected<Error>(Error(code_of(sys_errno), std::move(message), sys_errno));
}

}  // namespace dnvme::sys
