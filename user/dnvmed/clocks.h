// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "store/statuses.h"

namespace dnvme::daemon {

/// Whose clocks differ from ours, told by the times in the statuses that others write. What is new
/// since the last look was written since then, so a right clock says a time in between, however
/// long the store was silent. Of what was there at the first look only a time to come is known to
/// be wrong. No data depends on these clocks; people who compare logs do.
class Clocks {
  public:
    /// What is taken for the same time.
    static constexpr std::int64_t kToleranceS = 5;

    /// @p self: the node whose clock is the measure. @p now_unix_s: by that clock.
    void look(const store::Statuses& statuses, const std::string& self, std::int64_t now_unix_s);

    /// By node: how many seconds it is ahead; negative: behind.
    [[nodiscard]] const std::map<std::string, std::int64_t>& wrong() const { return wrong_; }

  private:
    std::int64_t last_look_ = 0;
    std::map<std::string, std::int64_t> told_;  ///< the time in the status that was seen last
    std::map<std::string, std::int64_t> wrong_;
};

}  // namespace dnvme::daemon
