// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/streams.h"

#include <cstdlib>
#include <iostream>

#include <sys/ioctl.h>
#include <unistd.h>

namespace dnvme::ctl {

namespace {

std::size_t columns_of(int fd) {
    winsize size{};
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    return 80;
}

bool colours_wanted() {
    const char* no_color = std::getenv("NO_COLOR");
    const char* term = std::getenv("TERM");
    const bool objected = no_color != nullptr && *no_color != '\0';
    const bool dumb = term == nullptr || std::string_view(term) == "dumb";
    return isatty(STDOUT_FILENO) == 1 && !objected && !dumb;
}

}  // namespace

Streams process_streams() {
    return {.in = std::cin,
            .out = std::cout,
            .err = std::cerr,
            .in_is_terminal = isatty(STDIN_FILENO) == 1,
            .err_is_terminal = isatty(STDERR_FILENO) == 1,
            .colour = colours_wanted(),
            .err_columns = columns_of(STDERR_FILENO)};
}

}  // namespace dnvme::ctl
