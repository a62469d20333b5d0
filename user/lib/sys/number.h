// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

/// Pieces of kernel text. Pure.
namespace dnvme::sys {

/// The whole of @p word as a decimal number; nothing if it is not one or does not fit.
template <std::integral Number>
std::optional<Number> to_number(std::string_view word) {
    Number number{};
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size())
        return std::nullopt;
    return number;
}

/// Without blanks, tabs and newlines at the end.
constexpr std::string_view trim_end(std::string_view text) {
    const std::size_t last = text.find_last_not_of(" \t\n");
    return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

}  // namespace dnvme::sys
