// SPDX-License-Identifier: Apache-2.0
#include "clocks.h"

namespace dnvme::daemon {

namespace {

/// How far @p told is outside of what a right clock can have said.
std::int64_t error_of(std::int64_t told, std::int64_t earliest, std::int64_t latest) {
    if (told > latest + Clocks::kToleranceS) {
        return told - latest;
    }
    if (told < earliest - Clocks::kToleranceS) {
        return told - earliest;
    }
    return 0;
}

}  // namespace

void Clocks::look(const store::Statuses& statuses, const std::string& self,
                  std::int64_t now_unix_s) {
    // Our own clock was set back: what it measured counts for nothing.
    if (now_unix_s < last_look_) {
        *this = Clocks();
    }
    const auto is_gone = [&](const auto& entry) { return !statuses.online.contains(entry.first); };
    std::erase_if(told_, is_gone);
    std::erase_if(wrong_, is_gone);
    for (const auto& [node, status] : statuses.online) {
        const std::int64_t told = status.told_unix_s();
        if (node == self || told == 0 || (told_.contains(node) && told_.at(node) == told)) {
            continue;
        }
        told_[node] = told;
        const std::int64_t error = error_of(told, last_look_, now_unix_s);
        wrong_.erase(node);
        if (error != 0) {
            wrong_[node] = error;
        }
    }
    last_look_ = now_unix_s;
}

}  // namespace dnvme::daemon
