// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Words of kernel text. Pure.
namespace dnvme::sys {

/// Split at runs of blanks, tabs and newlines; no empty words.
std::vector<std::string> split_words(std::string_view text);
std::string join_words(const std::vector<std::string>& words);
/// Without blanks, tabs and newlines at the end.
std::string_view trim_end(std::string_view text);

/// The whole of @p word as a decimal number; nothing if it is not one or does not fit.
template <std::integral Number>
std::optional<Number> to_number(std::string_view word) {
    Number number{};
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size())
        return std::nullopt;
    return number;
}

}  // namespace dnvme::sys
