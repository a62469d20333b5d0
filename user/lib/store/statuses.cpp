// SPDX-License-Identifier: Apache-2.0
#include "store/statuses.h"

namespace dnvme::store {

namespace {

bool is_below(const std::string& key, const std::string& prefix) {
    return key.starts_with(prefix);
}

std::string name_in(const std::string& key, const std::string& prefix) {
    return key.substr(prefix.size());
}

v1::NodeStatus parse_status(const Entry& entry, const std::string& node) {
    v1::NodeStatus status;
    if (!status.ParseFromString(entry.value) || status.schema_version() > kStatusVersion) {
        status.Clear();
    }
    status.set_node(node);
    return status;
}

}  // namespace

bool is_record(const std::string& key) {
    return !is_below(key, kStatusPrefix) && !is_below(key, kAbsencePrefix) && key != kLeaderKey;
}

std::string status_key(const std::string& node) {
    return kStatusPrefix + node;
}

std::string absence_key(const std::string& node) {
    return kAbsencePrefix + node;
}

void take(const Entry& entry, Statuses& statuses) {
    if (entry.key == kLeaderKey) {
        statuses.leader = entry.value;
    } else if (is_below(entry.key, kStatusPrefix)) {
        const std::string node = name_in(entry.key, kStatusPrefix);
        statuses.online[node] = parse_status(entry, node);
    } else if (is_below(entry.key, kAbsencePrefix)) {
        const std::string node = name_in(entry.key, kAbsencePrefix);
        statuses.absent[node].ParseFromString(entry.value);
        statuses.absent[node].set_node(node);
    }
}

}  // namespace dnvme::store
