// SPDX-License-Identifier: Apache-2.0
#include "concerns.h"

#include <algorithm>
#include <set>

#include "model/places.h"

namespace dnvme::daemon {

namespace {

/// Keys of the records that are in @p a and not at the same revision in @p b.
std::set<std::string> written(const store::Loaded& a, const store::Loaded& b) {
    std::set<std::string> keys;
    for (const auto& [key, revision] : a.revisions) {
        const auto other = b.revisions.find(key);
        if (other == b.revisions.end() || other->second != revision) {
            keys.insert(key);
        }
    }
    return keys;
}

/// Whether one of the records behind @p keys is for @p node.
bool any_for(const std::string& node, const store::Loaded& records,
             const std::set<std::string>& keys) {
    if (keys.empty()) {
        return false;
    }
    const model::Places places(records.cluster);
    const auto is_written = [&](const auto& entry) {
        return keys.contains(store::key_of(entry.second));
    };
    const auto is_here = [&](const auto& entry) {
        return is_written(entry) && entry.second.node() == node;
    };
    return std::ranges::any_of(records.cluster.volumes,
                               [&](const auto& entry) {
                                   return is_written(entry) &&
                                          places.takes_part(entry.second, node);
                               }) ||
           std::ranges::any_of(records.cluster.disks, is_here) ||
           std::ranges::any_of(records.cluster.heads, is_here);
}

}  // namespace

bool concerns(const std::string& node, const store::Loaded& before, const store::Loaded& now) {
    return any_for(node, now, written(now, before)) || any_for(node, before, written(before, now));
}

}  // namespace dnvme::daemon
