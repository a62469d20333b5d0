// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/text.h"

#include <algorithm>
#include <clocale>
#include <cwchar>

namespace dnvme::ctl {

namespace {

struct Glyph {
    std::size_t bytes;
    std::size_t columns;
};

Glyph first_glyph(std::string_view text) {
    std::mbstate_t state{};
    wchar_t wide = 0;
    const std::size_t bytes = std::mbrtowc(&wide, text.data(), text.size(), &state);
    if (bytes == 0 || bytes > text.size()) {  // NUL, invalid (-1) or cut off (-2)
        return {.bytes = 1, .columns = 1};
    }
    return {.bytes = bytes, .columns = static_cast<std::size_t>(std::max(0, wcwidth(wide)))};
}

}  // namespace

void use_utf8() {
    std::setlocale(LC_CTYPE, "C.UTF-8");
}

std::size_t columns(std::string_view text) {
    std::size_t sum = 0;
    while (!text.empty()) {
        const Glyph glyph = first_glyph(text);
        sum += glyph.columns;
        text.remove_prefix(glyph.bytes);
    }
    return sum;
}

std::string_view clip(std::string_view text, std::size_t limit) {
    std::size_t used = 0;
    std::size_t bytes = 0;
    while (bytes < text.size()) {
        const Glyph glyph = first_glyph(text.substr(bytes));
        if (used + glyph.columns > limit) {
            break;
        }
        used += glyph.columns;
        bytes += glyph.bytes;
    }
    return text.substr(0, bytes);
}

std::string printable(std::string_view text) {
    std::string safe(text);
    std::replace_if(
        safe.begin(), safe.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
    return safe;
}

}  // namespace dnvme::ctl
