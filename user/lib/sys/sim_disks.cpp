// SPDX-License-Identifier: Apache-2.0
#include "sys/sim_disks.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "plan/references.h"
#include "sys/dm_refs.h"
#include "sys/refused.h"

namespace dnvme::sys {
namespace {

constexpr std::uint64_t kTiB = 1ULL << 40;

BlockDevice make_disk(std::string path, std::uint64_t size_bytes) {
    BlockDevice disk;
    disk.path = std::move(path);
    disk.size_bytes = size_bytes;
    return disk;
}

}  // namespace

bool holds(const plan::DmDevice& device, const std::string& reference) {
    return std::any_of(device.table.begin(), device.table.end(), [&](const auto& target) {
        const auto references = references_in(target.params);
        return std::find(references.begin(), references.end(), reference) != references.end();
    });
}

SimDisks::SimDisks(const plan::KernelState& kernel) : kernel_(kernel) {
    for (int number = 0; number < 8; ++number)
        add(make_disk(fmt::format("/dev/sim{}", number), kTiB));
    add(make_disk("/dev/sim8", 32 * kTiB));
    BlockDevice used = make_disk("/dev/simused", kTiB);
    used.in_use = "mounted on /srv";
    used.signature = "xfs";
    add(used);
    BlockDevice ext4 = make_disk("/dev/simext4", kTiB);
    ext4.signature = "ext4";
    add(ext4);
}

void SimDisks::add(BlockDevice disk) {
    present_[disk.path] = true;
    disks_[disk.path] = std::move(disk);
}

std::string SimDisks::user_of(const BlockDevice& disk) const {
    if (!disk.in_use.empty() || disk.label_uuid.empty())
        return disk.in_use;
    for (const auto& [uuid, device] : kernel_.dm) {
        if (holds(device, plan::disk_reference(disk.label_uuid)))
            return "held by " + device.name;
    }
    return "";
}

Result<BlockDevice> SimDisks::inspect(const std::string& path) {
    const auto found = disks_.find(path);
    if (found == disks_.end() || !present_.at(path))
        return refused(ENOENT, "disk " + path);
    BlockDevice disk = found->second;
    disk.in_use = user_of(disk);
    return disk;
}

Result<std::vector<BlockDevice>> SimDisks::labelled() {
    std::vector<BlockDevice> found;
    for (const auto& [path, disk] : disks_) {
        if (!disk.label_uuid.empty() && present_.at(path))
            found.push_back(*inspect(path));
    }
    return found;
}

Result<BlockDevice*> SimDisks::free_disk(const std::string& path) {
    const Result<BlockDevice> disk = inspect(path);
    if (!disk)
        return pass(disk.error());
    if (!disk->in_use.empty())
        return refused(EBUSY, fmt::format("disk {} is {}", path, disk->in_use));
    return &disks_.at(path);
}

Status SimDisks::write_label(const std::string& path, const std::string& disk_uuid,
                             const std::string& cluster_uuid) {
    const Result<BlockDevice*> disk = free_disk(path);
    if (!disk)
        return pass(disk.error(), "write label");
    (*disk)->label_uuid = disk_uuid;
    (*disk)->label_cluster = cluster_uuid;
    (*disk)->signature.clear();
    return {};
}

Status SimDisks::clear_label(const std::string& path, const std::string& disk_uuid) {
    const Result<BlockDevice*> disk = free_disk(path);
    if (!disk)
        return pass(disk.error(), "clear label");
    if ((*disk)->label_uuid.empty())
        return {};
    if ((*disk)->label_uuid != disk_uuid) {
        return fail(Code::precondition, fmt::format("clear label: {} is disk {}, not disk {}", path,
                                                    (*disk)->label_uuid, disk_uuid));
    }
    (*disk)->label_uuid.clear();
    (*disk)->label_cluster.clear();
    return {};
}

std::uint64_t SimDisks::size_of(const std::string& reference) const {
    for (const auto& [path, disk] : disks_) {
        if (present_.at(path) && plan::disk_reference(disk.label_uuid) == reference)
            return disk.size_bytes;
    }
    return 0;
}

}  // namespace dnvme::sys
