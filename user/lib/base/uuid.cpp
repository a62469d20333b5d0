// SPDX-License-Identifier: Apache-2.0
#include "base/uuid.h"

#include <array>

#include <uuid/uuid.h>

namespace dnvme {
namespace {

constexpr std::size_t kLength = UUID_STR_LEN - 1;

bool is_lower_hex(char letter) {
    return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
}

}  // namespace

std::string make_uuid() {
    uuid_t bytes;
    std::array<char, UUID_STR_LEN> text{};
    uuid_generate_random(bytes);
    uuid_unparse_lower(bytes, text.data());
    return text.data();
}

bool is_uuid(std::string_view text) {
    if (text.size() != kLength)
        return false;
    for (std::size_t i = 0; i < kLength; i++) {
        const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        if (hyphen ? text[i] != '-' : !is_lower_hex(text[i]))
            return false;
    }
    return true;
}

}  // namespace dnvme
