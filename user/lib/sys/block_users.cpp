// SPDX-License-Identifier: Apache-2.0
#include "sys/block_users.h"

#include <sstream>
#include <vector>

#include "base/words.h"
#include "sys/text_file.h"

namespace dnvme::sys {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> entries(const fs::path& dir) {
    std::vector<fs::path> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(dir, error))
        found.push_back(entry.path());
    return found;
}

}  // namespace

std::map<std::string, std::string> parse_mountinfo(std::string_view text) {
    constexpr std::size_t kNumber = 2;
    constexpr std::size_t kMountPoint = 4;
    std::map<std::string, std::string> mounts;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        const auto words = split_words(line);
        if (words.size() > kMountPoint)
            mounts.emplace(words[kNumber], words[kMountPoint]);
    }
    return mounts;
}

std::set<std::string> parse_swaps(std::string_view text) {
    std::set<std::string> swaps;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        const auto words = split_words(line);
        if (!words.empty() && words[0].starts_with('/'))
            swaps.insert(words[0]);
    }
    return swaps;
}

BlockUsers::BlockUsers(fs::path root)
    : root_(std::move(root)),
      mounts_(parse_mountinfo(text_of(root_ / "proc/self/mountinfo"))),
      swaps_(parse_swaps(text_of(root_ / "proc/swaps"))) {}

std::string BlockUsers::name_of_holder(const fs::path& holder) const {
    const std::string dm_name = text_of(holder / "dm/name");
    return dm_name.empty() ? holder.filename().string() : dm_name;
}

std::string BlockUsers::direct_user(const fs::path& device, const std::string& number) const {
    if (const auto mount = mounts_.find(number); mount != mounts_.end())
        return "mounted on " + mount->second;
    std::error_code error;
    const fs::path node = fs::path("/dev") / fs::canonical(device, error).filename();
    if (swaps_.contains(node))
        return "used as swap";
    for (const fs::path& holder : entries(device / "holders"))
        return "held by " + name_of_holder(holder);
    return "";
}

std::string BlockUsers::user_of(const std::string& number) const {
    const fs::path device = root_ / "sys/dev/block" / number;
    if (std::string user = direct_user(device, number); !user.empty())
        return user;
    for (const fs::path& entry : entries(device)) {
        if (!fs::exists(entry / "partition"))
            continue;
        const std::string user = direct_user(entry, text_of(entry / "dev"));
        if (!user.empty())
            return entry.filename().string() + " is " + user;
    }
    return "";
}

}  // namespace dnvme::sys
