// SPDX-License-Identifier: Apache-2.0
#include "store/checks.h"

#include <set>

#include <fmt/format.h>

namespace dnvme::store {

Status check_distinct(const std::vector<Write>& writes) {
    std::set<std::string> keys;
    for (const Write& write : writes) {
        if (!keys.insert(write.key).second) {
            return fail(Code::invalid,
                        fmt::format("key '{}' is written twice in one transaction", write.key));
        }
    }
    return {};
}

Status check_ttl(std::chrono::seconds ttl) {
    if (ttl < std::chrono::seconds(1)) {
        return fail(
            Code::invalid,
            fmt::format("a lease of {} s is too short: ask for one second or more", ttl.count()));
    }
    return {};
}

tl::unexpected<Error> changed_meanwhile(const std::string& key) {
    return fail(Code::conflict,
                fmt::format("'{}' was changed by somebody else meanwhile: try again", key));
}

tl::unexpected<Error> history_gone(std::int64_t first, std::int64_t asked_for) {
    return fail(Code::compacted,
                fmt::format("the history of the store before revision {} is gone, {} was asked "
                            "for: list again",
                            first, asked_for));
}

tl::unexpected<Error> no_lease(LeaseId lease) {
    return fail(Code::not_found, fmt::format("lease {:x} has run out: ask for a new one", lease));
}

}  // namespace dnvme::store
