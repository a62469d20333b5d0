// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"

namespace dnvme::plan::placement {

using Labels = std::map<std::string, std::string>;

/// Which nodes and disks may be used, by their labels. A value; any thread.
class Selector {
  public:
    /// Any node.
    Selector() = default;

    /// Each rule is "key=value" or "key!=value". A disk's own label hides its node's of that key.
    /// Several values that a key may have are alternatives; of those that it must not have, each
    /// counts. The key "node" stands for the node's name. What has not the label has no value: only
    /// "!=" lets it in. Errors: invalid (names the rule).
    static Result<Selector> parse(const std::vector<std::string>& rules);

    /// @p of_disk: labels of the disk, where it is about one.
    [[nodiscard]] bool matches(const std::string& node, const Labels& labels,
                               const Labels& of_disk = {}) const;
    /// The rules as they were given, "site=a, rack!=7"; empty if any node will do.
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    using Values = std::map<std::string, std::set<std::string>>;

    Values wanted_;
    Values unwanted_;
    std::string text_;
};

}  // namespace dnvme::plan::placement
