// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace dnvme::sys {

using Path = std::filesystem::path;

/// The few file operations of which configfs consists. Every error names the path.
/// Virtual, because a directory elsewhere does not come with the attributes that the kernel puts
/// into it: the tests do that.
class ConfigFs {
  public:
    virtual ~ConfigFs() = default;
    virtual Status make_dir(const Path& dir);
    virtual Status remove_dir(const Path& dir);
    virtual Status link(const Path& target, const Path& link);
    virtual Status unlink(const Path& link);
    virtual Status write(const Path& attribute, const std::string& value);

    /// Without the newline at the end.
    [[nodiscard]] static Result<std::string> read(const Path& attribute);
    /// Names in @p dir, sorted; none if it does not exist.
    [[nodiscard]] static Result<std::vector<std::string>> list(const Path& dir);
    [[nodiscard]] static bool exists(const Path& path);
};

/// Mounts configfs at /sys/kernel/config unless it is there. Error: unavailable.
Status mount_configfs();

}  // namespace dnvme::sys
