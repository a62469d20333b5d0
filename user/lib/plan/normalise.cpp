// SPDX-License-Identifier: Apache-2.0
#include "plan/normalise.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/words.h"

namespace dnvme::plan {
namespace {

using Words = std::vector<std::string>;

/// <metadata dev> <data dev> <block sectors> <low water> [<#features> ...]
constexpr std::size_t kPoolWords = 4;

/// <raid type> <#params> <chunk sectors> [<param>...] <#devs> ...
constexpr std::size_t kRaidCount = 1;
constexpr std::size_t kRaidChunk = 2;

std::optional<std::size_t> to_count(const std::string& word) {
    std::size_t count = 0;
    const char* end = word.data() + word.size();
    const auto [rest, error] = std::from_chars(word.data(), end, count);
    if (error != std::errc() || rest != end)
        return std::nullopt;
    return count;
}

/// Words that a raid parameter takes which steers only the first synchronisation; 0: it is none.
std::size_t synchronisation_words(const std::string& param) {
    if (param == "sync" || param == "nosync")
        return 1;
    return param == "rebuild" ? 2 : 0;
}

Words normalise_raid(const Words& words) {
    const auto count = words.size() > kRaidChunk ? to_count(words[kRaidCount]) : std::nullopt;
    if (!count || *count == 0 || kRaidChunk + *count > words.size())
        return words;
    const std::size_t end = kRaidChunk + *count;
    Words kept(words.begin(), words.begin() + kRaidChunk + 1);
    for (std::size_t i = kRaidChunk + 1; i < end;) {
        const std::size_t dropped = synchronisation_words(words[i]);
        if (dropped == 0)
            kept.push_back(words[i]);
        i += std::max<std::size_t>(dropped, 1);
    }
    kept[kRaidCount] = std::to_string(kept.size() - kRaidChunk);
    kept.insert(kept.end(), words.begin() + static_cast<std::ptrdiff_t>(end), words.end());
    return kept;
}

Words normalise_pool(Words words) {
    if (words.size() == kPoolWords)
        words.emplace_back("0");
    return words;
}

}  // namespace

std::string normalise_params(std::string_view type, std::string_view params) {
    const Words words = split_words(params);
    if (type == "raid")
        return join_words(normalise_raid(words));
    if (type == "thin-pool")
        return join_words(normalise_pool(words));
    return join_words(words);
}

}  // namespace dnvme::plan
