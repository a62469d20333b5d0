// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "sys/number.h"

namespace dnvme::sys {

/// The whole of a file of /proc or /sys without the blanks at its end; empty if it cannot be read.
inline std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream(file);
    return std::string(trim_end(std::string(std::istreambuf_iterator<char>(stream), {})));
}

}  // namespace dnvme::sys
