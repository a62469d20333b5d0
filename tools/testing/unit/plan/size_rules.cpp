// SPDX-License-Identifier: Apache-2.0
#include "size_rules.h"

#include <algorithm>
#include <iterator>
#include <sstream>

#include <fmt/format.h>

namespace dnvme::plan {
namespace {

constexpr std::uint64_t kSector = 512;

std::uint64_t length_of(const DmDevice& device) {
    std::uint64_t sectors = 0;
    for (const DmTarget& target : device.table)
        sectors += target.length_sectors;
    return sectors;
}

/// Devices in a table, each with the word behind it.
struct Part {
    std::string device;
    std::string next;
};

std::vector<Part> parts_of(const DmTarget& target) {
    std::istringstream text(target.params);
    std::vector<Part> parts;
    for (std::string word; text >> word;) {
        if (!parts.empty() && parts.back().next.empty())
            parts.back().next = word;
        if (word.starts_with('{'))
            parts.push_back({.device = word, .next = ""});
    }
    return parts;
}

/// Disks are large enough.
std::uint64_t sectors_in(const KernelState& kernel, const std::string& reference) {
    const std::string uuid =
        reference.substr(reference.find(':') + 1, reference.size() - reference.find(':') - 2);
    if (reference.starts_with("{dm:")) {
        const auto device = kernel.dm.find(uuid);
        return device == kernel.dm.end() ? 0 : length_of(device->second);
    }
    if (!reference.starts_with("{nvme:"))
        return UINT64_MAX;
    const auto connection = kernel.connections.find("nqn.2014-08.org.nvmexpress:uuid:" + uuid);
    return connection == kernel.connections.end() ? 0 : connection->second.size_bytes / kSector;
}

/// Each has two words at the end; "- -" is one that is not there.
std::uint64_t members_of(const DmTarget& raid, const std::vector<Part>& parts) {
    std::istringstream text(raid.params);
    const auto absent = std::count(std::istream_iterator<std::string>(text), {}, "-");
    return (parts.size() + static_cast<std::size_t>(absent)) / 2;
}

/// What every data device of an array has to hold.
std::uint64_t share(const DmTarget& target, std::uint64_t members) {
    const std::uint64_t length = target.length_sectors;
    if (target.params.starts_with("raid5"))
        return length / (members - 1);
    if (target.params.starts_with("raid6"))
        return length / (members - 2);
    return target.params.starts_with("raid10") ? length * 2 / members : length;
}

/// Part @p index of @p parts has to be that long, in sectors.
std::uint64_t needed(const DmTarget& target, const std::vector<Part>& parts, std::size_t index) {
    if (target.type == "linear")
        return std::stoull(parts[index].next) + target.length_sectors;
    if (target.type == "dnvme")
        return target.length_sectors / parts.size();
    const bool is_metadata = index % 2 == 0;
    if (target.type == "raid")
        return is_metadata ? 0 : share(target, members_of(target, parts));
    return target.type == "thin-pool" && !is_metadata ? target.length_sectors : 0;
}

}  // namespace

std::string sizes_fit(const KernelState& kernel, const DmDevice& device) {
    const auto there = kernel.dm.find(device.uuid);
    if (there != kernel.dm.end() && length_of(there->second) > length_of(device))
        return "SHRINKS";
    for (const DmTarget& target : device.table) {
        const auto parts = parts_of(target);
        for (std::size_t i = 0; i < parts.size(); i++) {
            if (sectors_in(kernel, parts[i].device) < needed(target, parts, i))
                return parts[i].device + " is too small";
        }
    }
    return "";
}

std::string announced_size_is_right(const KernelState& kernel, const std::string& dm_uuid,
                                    std::uint64_t bytes) {
    const auto device = kernel.dm.find(dm_uuid);
    const std::uint64_t there = device == kernel.dm.end() ? 0 : length_of(device->second) * kSector;
    return bytes == there ? "" : fmt::format("says {} bytes and has {}", bytes, there);
}

}  // namespace dnvme::plan
