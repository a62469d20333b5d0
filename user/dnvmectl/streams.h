// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <istream>
#include <ostream>

namespace dnvme::ctl {

/// The three streams of a process, and what stands at their other end.
struct Streams {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    bool in_is_terminal = false;
    bool err_is_terminal = false;
    bool colour = false;           ///< out understands colours, and nobody objects
    std::size_t err_columns = 80;  ///< width of the terminal behind err
};

/// The process's own streams. Colours only on a terminal without NO_COLOR (no-color.org).
Streams process_streams();

}  // namespace dnvme::ctl
