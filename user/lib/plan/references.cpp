// SPDX-License-Identifier: Apache-2.0
#include "plan/references.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/words.h"

namespace dnvme::plan {
namespace {
constexpr std::string_view kDmPrefix = "{dm:";
}

std::string dm_reference(std::string_view dm_uuid) {
    return fmt::format("{}{}}}", kDmPrefix, dm_uuid);
}

std::string disk_reference(std::string_view disk_uuid) {
    return fmt::format("{{disk:{}}}", disk_uuid);
}

std::string nvme_reference(std::string_view logical_disk_uuid) {
    return fmt::format("{{nvme:{}}}", logical_disk_uuid);
}

std::set<std::string> dm_devices_below(const DmDevice& device) {
    std::set<std::string> below;
    for (const DmTarget& target : device.table) {
        for (const std::string& word : split_words(target.params)) {
            if (word.starts_with(kDmPrefix) && word.ends_with('}'))
                below.insert(word.substr(kDmPrefix.size(), word.size() - kDmPrefix.size() - 1));
        }
    }
    return below;
}

bool is_held(const KernelState& state, std::string_view logical_disk_uuid) {
    const std::string reference = nvme_reference(logical_disk_uuid);
    return std::any_of(state.dm.begin(), state.dm.end(), [&](const auto& entry) {
        const auto& table = entry.second.table;
        return std::any_of(table.begin(), table.end(), [&](const DmTarget& target) {
            const auto words = split_words(target.params);
            return std::find(words.begin(), words.end(), reference) != words.end();
        });
    });
}

std::size_t count_holders(const KernelState& state, const std::string& dm_uuid) {
    std::size_t holders = 0;
    for (const auto& [uuid, device] : state.dm)
        holders += dm_devices_below(device).contains(dm_uuid) ? 1 : 0;
    for (const auto& [nqn, subsystem] : state.subsystems) {
        for (const auto& [nsid, ns] : subsystem.namespaces)
            holders += ns.enabled && ns.device_uuid == dm_uuid ? 1 : 0;
    }
    return holders;
}

}  // namespace dnvme::plan
