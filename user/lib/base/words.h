// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Text as words between blanks.
namespace dnvme {

/// Split at runs of blanks, tabs and newlines; no empty words.
std::vector<std::string> split_words(std::string_view text);

/// One blank between words.
std::string join_words(const std::vector<std::string>& words);

}  // namespace dnvme
