// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sys/fd.h"

namespace dnvme::sys {

/// What device-mapper says in the kernel log from the construction of this on. The reason why a
/// table was refused goes there and nowhere else.
class KernelLog {
  public:
    /// Where the log cannot be opened there will be no words.
    KernelLog();
    /// Sentences logged so far, joined by "; ", at most a few. Empty if there were none.
    std::string words();

  private:
    Fd fd_;
};

/// What device-mapper or md says in one record of /dev/kmsg, without the parts that say nothing
/// about the reason. Pure.
std::optional<std::string> device_mapper_words(std::string_view record);

}  // namespace dnvme::sys
