// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Text as a terminal shows it. UTF-8 is counted in the columns it takes (the program's LC_CTYPE
/// must be a UTF-8 one, see use_utf8()).
namespace dnvme::ctl {

/// Makes the functions below understand UTF-8, whatever the user's locale is.
void use_utf8();

/// Columns that @p text takes on a terminal. What is no valid UTF-8 counts one a byte.
std::size_t columns(std::string_view text);

/// The longest beginning of @p text that takes at most @p limit columns.
std::string_view clip(std::string_view text, std::size_t limit);

/// @p text with control characters replaced by '?', so that no name can steer the terminal.
std::string printable(std::string_view text);

}  // namespace dnvme::ctl
