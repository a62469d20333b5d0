// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/words.h"
#include "sys/number.h"

namespace dnvme::sys {

/// Takes words off a text one after the other. A word that is missing or does not fit yields an
/// empty value and is remembered: ask ok() once, at the end.
class WordReader {
  public:
    explicit WordReader(std::string_view text) : words_(split_words(text)) {}

    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] bool at_end() const { return next_ == words_.size(); }
    [[nodiscard]] std::size_t left() const { return words_.size() - next_; }

    std::string word() {
        if (at_end()) {
            ok_ = false;
            return "";
        }
        return words_[next_++];
    }
    template <std::integral Number>
    Number number() {
        return number_of<Number>(word());
    }
    /// A word of one letter.
    char letter() {
        const std::string text = word();
        ok_ = ok_ && text.size() == 1;
        return ok_ ? text[0] : '\0';
    }
    /// "<number>/<number>"
    template <std::integral Number>
    std::pair<Number, Number> ratio() {
        const std::string text = word();
        const std::size_t slash = text.find('/');
        if (slash == std::string::npos) {
            ok_ = false;
            return {};
        }
        return {number_of<Number>(text.substr(0, slash)),
                number_of<Number>(text.substr(slash + 1))};
    }
    /// A count of things of which each takes @p words_each of the words that follow.
    std::size_t count(std::size_t words_each) {
        const auto value = number<std::size_t>();
        ok_ = ok_ && value <= left() / words_each;
        return ok_ ? value : 0;
    }

  private:
    template <std::integral Number>
    Number number_of(std::string_view text) {
        const auto value = to_number<Number>(text);
        ok_ = ok_ && value.has_value();
        return value.value_or(Number{});
    }

    std::vector<std::string> words_;
    std::size_t next_ = 0;
    bool ok_ = true;
};

}  // namespace dnvme::sys
