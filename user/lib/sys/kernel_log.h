// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace dnvme::sys {

/// What somebody says in one record of /dev/kmsg; nothing if the record is not his. Pure.
using KernelWords = std::optional<std::string> (*)(std::string_view record);

/// What device-mapper or md says, without the parts that say nothing about the reason.
std::optional<std::string> device_mapper_words(std::string_view record);
/// What nvme-mpath-ext says.
std::optional<std::string> mpath_ext_words(std::string_view record);

/// What @p filter finds in the kernel log from the construction of this on. The reason why a table
/// or a path was refused goes there and nowhere else.
class KernelLog {
  public:
    /// Where the log cannot be opened there will be no words.
    explicit KernelLog(KernelWords filter = device_mapper_words);
    /// Sentences logged so far, joined by "; ", at most a few. Empty if there were none.
    std::string words();

  private:
    KernelWords filter_;
    Fd fd_;
};

}  // namespace dnvme::sys
