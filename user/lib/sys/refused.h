// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"

namespace dnvme::sys {

/// What a refusal of the kernel means to the caller: EBUSY is a precondition, ENOENT and ENXIO
/// are not_found and so on. Pure.
Code code_of(int sys_errno);

/// "@p message: <the system's words for @p sys_errno>", with the code that code_of() gives.
tl::unexpected<Error> refused(int sys_errno, std::string message);

}  // namespace dnvme::sys
