// SPDX-License-Identifier: Apache-2.0
#include "base/size.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>

namespace dnvme {
namespace {

// 128 bits hold every product of a 64-bit number and a unit.
__extension__ using Wide = unsigned __int128;

constexpr std::string_view kUnits = "KMGTPE";
constexpr std::uint64_t kStep = 1024;
constexpr std::string_view kDigits = "0123456789";
/// More decimals than this say nothing about a byte, whatever the unit.
constexpr std::size_t kMaxDecimals = 18;

/// What a number and its unit looked like, still as text.
struct Parts {
    std::string_view whole;
    std::string_view decimals;
    std::string_view unit;
};

std::string_view take_digits(std::string_view& text) {
    const std::size_t length = std::min(text.find_first_not_of(kDigits), text.size());
    const std::string_view digits = text.substr(0, length);
    text.remove_prefix(length);
    return digits;
}

std::optional<Parts> split(std::string_view text) {
    Parts parts;
    parts.whole = take_digits(text);
    if (parts.whole.empty())
        return std::nullopt;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        parts.decimals = take_digits(text);
        if (parts.decimals.empty())
            return std::nullopt;
    }
    if (text.size() > 1 && text.starts_with(' '))
        text.remove_prefix(1);
    parts.unit = text;
    return parts;
}

char upper(char letter) {
    return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
}

/// Bytes of one unit; nothing if it is no unit.
std::optional<std::uint64_t> unit_bytes(std::string_view unit) {
    if (unit.empty() || unit == "B")
        return 1;
    const std::size_t power = kUnits.find(upper(unit[0]));
    const std::string_view rest = unit.substr(1);
    if (power == std::string_view::npos || !(rest.empty() || rest == "iB"))
        return std::nullopt;
    std::uint64_t bytes = kStep;
    for (std::size_t i = 0; i < power; i++)
        bytes *= kStep;
    return bytes;
}

std::optional<std::uint64_t> number(std::string_view digits) {
    std::uint64_t value = 0;
    const char* end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc() || rest != end)
        return std::nullopt;
    return value;
}

/// The part of a unit that "0.<decimals>" says, rounded down.
std::uint64_t fraction_bytes(std::string_view decimals, std::uint64_t unit) {
    Wide numerator = 0;
    Wide denominator = 1;
    for (const char digit : decimals.substr(0, kMaxDecimals)) {
        numerator = numerator * 10 + static_cast<unsigned>(digit - '0');
        denominator *= 10;
    }
    return static_cast<std::uint64_t>(numerator * unit / denominator);
}

tl::unexpected<Error> not_a_size(std::string_view text) {
    return fail(Code::invalid,
                fmt::format("'{}' is not a size: expected a number with an optional unit K, M, G, "
                            "T, P or E (powers of 1024), such as 10G, 1.5T or 4096",
                            text));
}

}  // namespace

Result<std::uint64_t> parse_size(std::string_view text) {
    const auto parts = split(text);
    const auto unit = parts ? unit_bytes(parts->unit) : std::nullopt;
    if (!unit)
        return not_a_size(text);
    const auto whole = number(parts->whole);
    const Wide bytes = Wide{whole.value_or(0)} * *unit + fraction_bytes(parts->decimals, *unit);
    if (!whole || bytes > std::numeric_limits<std::uint64_t>::max())
        return fail(Code::invalid,
                    fmt::format("size '{}' is too large: it must be below 16E", text));
    return static_cast<std::uint64_t>(bytes);
}

std::string format_size(std::uint64_t bytes) {
    if (bytes < kStep)
        return fmt::format("{} B", bytes);
    double value = static_cast<double>(bytes) / kStep;
    std::size_t unit = 0;
    // Rounded first, so that a byte less than 1 MiB is "1 MiB" and not "1024 KiB".
    while (std::round(value * 10) / 10 >= kStep && unit + 1 < kUnits.size()) {
        value /= kStep;
        unit++;
    }
    return fmt::format("{:g} {}iB", std::round(value * 10) / 10, kUnits[unit]);
}

}  // namespace dnvme
