// SPDX-License-Identifier: Apache-2.0
#include "plan/placement/selector.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dnvme::plan::placement {
namespace {

struct Rule {
    std::string key;
    std::string value;
    bool equal = true;
};

bool is_word(const std::string& text) {
    return !text.empty() && text.find_first_of("=! \t\n,") == std::string::npos;
}

std::optional<Rule> split(const std::string& text) {
    const std::size_t sign = text.find('=');
    if (sign == std::string::npos || sign == 0)
        return std::nullopt;
    const bool equal = text[sign - 1] != '!';
    Rule rule{text.substr(0, equal ? sign : sign - 1), text.substr(sign + 1), equal};
    if (!is_word(rule.key) || !is_word(rule.value))
        return std::nullopt;
    return rule;
}

/// The value of a key; none if there is no such label.
const std::string* value_of(const std::string& key, const std::string& node, const Labels& labels,
                            const Labels& of_disk) {
    if (key == "node")
        return &node;
    if (const auto own = of_disk.find(key); own != of_disk.end())
        return &own->second;
    const auto label = labels.find(key);
    return label == labels.end() ? nullptr : &label->second;
}

}  // namespace

Result<Selector> Selector::parse(const std::vector<std::string>& rules) {
    Selector selector;
    for (const std::string& text : rules) {
        const auto rule = split(text);
        if (!rule)
            return fail(Code::invalid,
                        fmt::format("'{}' selects no nodes: expected key=value or key!=value, such "
                                    "as site=a or rack!=7",
                                    text));
        Values& values = rule->equal ? selector.wanted_ : selector.unwanted_;
        values[rule->key].insert(rule->value);
    }
    selector.text_ = fmt::format("{}", fmt::join(rules, ", "));
    return selector;
}

bool Selector::matches(const std::string& node, const Labels& labels, const Labels& of_disk) const {
    const auto has_one = [&](const Values::value_type& rule) {
        const std::string* value = value_of(rule.first, node, labels, of_disk);
        return value != nullptr && rule.second.contains(*value);
    };
    return std::all_of(wanted_.begin(), wanted_.end(), has_one) &&
           std::none_of(unwanted_.begin(), unwanted_.end(), has_one);
}

}  // namespace dnvme::plan::placement
