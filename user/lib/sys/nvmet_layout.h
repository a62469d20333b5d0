// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/nvmet-mpath-ext.h>

#include "base/result.h"

struct btf;

/// Where nvmet keeps what nvmet-mpath-ext must know, by the kernel's own type information.
namespace dnvme::sys {

/// Pure. Error: precondition (names the structure or the member that @p types do not have, or that
/// is not at a whole byte).
Result<nvmet_mpath_ext_layout> find_layout(const btf& types);

/// Of the running kernel, nvmet loaded. Errors: precondition (the kernel tells no types, or not
/// those; says what it needs).
Result<nvmet_mpath_ext_layout> running_layout();

}  // namespace dnvme::sys
