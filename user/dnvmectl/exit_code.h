// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

namespace dnvme::ctl {

/// What dnvmectl tells the shell. Documented in --help and in dnvmectl(8); never renumbered.
enum class ExitCode : int {
    ok = 0,
    usage = 1,        ///< the request itself is wrong, whoever noticed: repeating it cannot help
    failed = 2,       ///< refused or went wrong; the message says what to do first
    unreachable = 3,  ///< no daemon answers
    try_again = 4,    ///< lost against another change or against the clock
};

ExitCode exit_code(Code code);

}  // namespace dnvme::ctl
