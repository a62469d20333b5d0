// SPDX-License-Identifier: Apache-2.0
#include "found_disks.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dnvme::daemon {

std::set<std::string> FoundDisks::uuids() const {
    std::set<std::string> uuids;
    for (const auto& device : usable) {
        uuids.insert(device.label_uuid);
    }
    return uuids;
}

std::string FoundDisks::path_of(const std::string& uuid) const {
    const auto device = std::ranges::find(usable, uuid, &sys::BlockDevice::label_uuid);
    return device == usable.end() ? std::string() : device->path;
}

FoundDisks sort_found(const std::vector<sys::BlockDevice>& labelled, const v1::Cluster& cluster) {
    std::map<std::string, std::vector<sys::BlockDevice>> by_uuid;
    for (const auto& device : labelled) {
        if (device.label_cluster == cluster.uuid()) {
            by_uuid[device.label_uuid].push_back(device);
        }
    }
    FoundDisks found;
    for (const auto& [uuid, devices] : by_uuid) {
        if (devices.size() == 1) {
            found.usable.push_back(devices.front());
            continue;
        }
        std::vector<std::string> paths;
        std::ranges::transform(devices, std::back_inserter(paths), &sys::BlockDevice::path);
        found.ambiguous[uuid] = fmt::format("{}", fmt::join(paths, " and "));
    }
    return found;
}

}  // namespace dnvme::daemon
