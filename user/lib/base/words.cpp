// SPDX-License-Identifier: Apache-2.0
#include "base/words.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dnvme {
namespace {
constexpr std::string_view kBlanks = " \t\n";
}

std::vector<std::string> split_words(std::string_view text) {
    std::vector<std::string> words;
    while (true) {
        text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
        if (text.empty())
            return words;
        const std::size_t length = std::min(text.find_first_of(kBlanks), text.size());
        words.emplace_back(text.substr(0, length));
        text.remove_prefix(length);
    }
}

std::string join_words(const std::vector<std::string>& words) {
    return fmt::format("{}", fmt::join(words, " "));
}

}  // namespace dnvme
