// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace dnvme::sys {

/// Mount points by "major:minor", from the text of /proc/self/mountinfo. Pure.
std::map<std::string, std::string> parse_mountinfo(std::string_view text);

/// Paths of swap devices, from the text of /proc/swaps. Pure.
std::set<std::string> parse_swaps(std::string_view text);

/// Who uses block devices, according to /proc and /sys.
class BlockUsers {
  public:
    /// Reads the tables once. @p root: "/" but in tests.
    explicit BlockUsers(std::filesystem::path root = "/");

    /// "mounted on /srv", "used as swap", "held by md0", or the same of a partition in front of
    /// which stands its name; empty if nobody uses it. @p number: "major:minor".
    [[nodiscard]] std::string user_of(const std::string& number) const;

  private:
    [[nodiscard]] std::string direct_user(const std::filesystem::path& device,
                                          const std::string& number) const;
    [[nodiscard]] std::string name_of_holder(const std::filesystem::path& holder) const;

    std::filesystem::path root_;
    std::map<std::string, std::string> mounts_;
    std::set<std::string> swaps_;
};

}  // namespace dnvme::sys
