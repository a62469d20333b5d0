// SPDX-License-Identifier: Apache-2.0
#include "plan/references.h"

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
