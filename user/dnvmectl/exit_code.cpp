// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/exit_code.h"

namespace dnvme::ctl {

ExitCode exit_code(Code code) {
    switch (code) {
        case Code::invalid:
            return ExitCode::usage;
        case Code::unavailable:
            return ExitCode::unreachable;
        case Code::conflict:
            return ExitCode::try_again;
        case Code::not_found:
        case Code::exists:
        case Code::precondition:
        case Code::no_space:
        case Code::unknown:
        case Code::compacted:
        case Code::internal:
            return ExitCode::failed;
    }
    return ExitCode::failed;
}

}  // namespace dnvme::ctl
