// SPDX-License-Identifier: Apache-2.0
#include "sys/dm_refs.h"

#include <fmt/format.h>

#include "base/words.h"

namespace dnvme::sys {
namespace {

constexpr std::string_view kDiskPrefix = "{disk:";

bool is_reference(std::string_view word) {
    const bool known =
        word.starts_with("{dm:") || word.starts_with(kDiskPrefix) || word.starts_with("{nvme:");
    return known && word.ends_with('}');
}

const std::string* find(const std::map<std::string, std::string>& map, const std::string& key) {
    const auto found = map.find(key);
    return found == map.end() ? nullptr : &found->second;
}

}  // namespace

std::vector<std::string> references_in(std::string_view params) {
    std::vector<std::string> references;
    for (std::string& word : split_words(params)) {
        if (is_reference(word))
            references.push_back(std::move(word));
    }
    return references;
}

std::vector<std::string> disks_in(std::string_view params) {
    std::vector<std::string> uuids;
    for (const std::string& reference : references_in(params)) {
        if (reference.starts_with(kDiskPrefix))
            uuids.push_back(
                reference.substr(kDiskPrefix.size(), reference.size() - kDiskPrefix.size() - 1));
    }
    return uuids;
}

void DeviceMap::add(const std::string& reference, const std::string& number) {
    numbers_[reference] = number;
    references_[number] = reference;
}

const std::string* DeviceMap::number_of(const std::string& reference) const {
    return find(numbers_, reference);
}

const std::string* DeviceMap::reference_of(const std::string& number) const {
    return find(references_, number);
}

Result<std::string> to_numbers(std::string_view params, const DeviceMap& devices) {
    std::vector<std::string> words = split_words(params);
    for (std::string& word : words) {
        if (!is_reference(word))
            continue;
        const std::string* number = devices.number_of(word);
        if (number == nullptr)
            return fail(Code::not_found, fmt::format("there is no device {} on this node", word));
        word = *number;
    }
    return join_words(words);
}

std::string to_references(std::string_view params, const DeviceMap& devices) {
    std::vector<std::string> words = split_words(params);
    for (std::string& word : words) {
        if (const std::string* reference = devices.reference_of(word))
            word = *reference;
    }
    return join_words(words);
}

}  // namespace dnvme::sys
