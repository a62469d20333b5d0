// SPDX-License-Identifier: Apache-2.0
#include "operations/disk_checks.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include <fmt/format.h>

#include "elsewhere.h"
#include "model/layout.h"

namespace dnvme::daemon {

namespace {

constexpr std::uint64_t kMinDisk = 16 * model::kMiB;
constexpr std::size_t kMaxName = 63;

/// Signatures of those who may bring a disk to life at any moment, without mounting it first.
struct Manager {
    std::string_view signature;
    std::string_view owner;
    std::string_view remedy;
};
constexpr std::array kManagers = {
    Manager{"LVM2_member", "LVM", "take it out with vgreduce and pvremove"},
    Manager{"LVM1_member", "LVM", "take it out with vgreduce and pvremove"},
    Manager{"linux_raid_member", "md", "take it out with mdadm --zero-superblock"},
    Manager{"ddf_raid_member", "md", "take it out with mdadm --zero-superblock"},
    Manager{"isw_raid_member", "md", "take it out with mdadm --zero-superblock"},
    Manager{"zfs_member", "ZFS", "take it out with zpool labelclear"},
    Manager{"ceph_bluestore", "Ceph", "take it out with ceph-volume lvm zap"},
    Manager{"drbd", "DRBD", "take it out with drbdadm wipe-md"},
    Manager{"bcache", "bcache", "stop it and wipe it with wipefs"},
};

tl::unexpected<Error> refuse(const sys::BlockDevice& device, const std::string& why) {
    return fail(Code::precondition, fmt::format("{} {}", device.path, why));
}

const v1::Disk* find_uuid(const model::Cluster& cluster, const std::string& uuid) {
    const auto disk = std::ranges::find_if(
        cluster.disks, [&](const auto& entry) { return entry.second.uuid() == uuid; });
    return disk == cluster.disks.end() ? nullptr : &disk->second;
}

Status check_label(const model::Cluster& cluster, const sys::BlockDevice& device) {
    if (device.label_uuid.empty()) {
        return {};
    }
    if (device.label_cluster != cluster.self.uuid()) {
        return refuse(device, fmt::format("belongs to another dnvme cluster ({}): delete it there; "
                                          "if that cluster is gone, zero the first MiB of the disk",
                                          device.label_cluster));
    }
    if (const v1::Disk* disk = find_uuid(cluster, device.label_uuid)) {
        return fail(Code::exists,
                    fmt::format("{} is disk '{}' already", device.path, disk->name()));
    }
    return {};
}

Status check_signature(const sys::BlockDevice& device, bool force) {
    const auto manager = std::ranges::find(kManagers, device.signature, &Manager::signature);
    if (manager != kManagers.end()) {
        return refuse(device, fmt::format("belongs to {} ({}): {} first", manager->owner,
                                          device.signature, manager->remedy));
    }
    if (!device.signature.empty() && !force) {
        return refuse(device, fmt::format("carries data ({}): if it is not needed any more, take "
                                          "the disk with --force",
                                          device.signature));
    }
    return {};
}

}  // namespace

Status check_device(const model::Cluster& cluster, const sys::BlockDevice& device, bool force) {
    // First: a disk of ours is in use, too, and that is the less useful thing to say.
    if (auto label = check_label(cluster, device); !label) {
        return label;
    }
    if (!device.in_use.empty()) {
        return refuse(device, fmt::format("is in use ({}): free it first, or choose another disk",
                                          device.in_use));
    }
    if (device.size_bytes < kMinDisk) {
        return refuse(device, fmt::format("has {} bytes, and a disk needs at least 16 MiB",
                                          device.size_bytes));
    }
    return check_signature(device, force);
}

bool has_orphan_label(const model::Cluster& cluster, const sys::BlockDevice& device) {
    return !device.label_uuid.empty() && device.label_cluster == cluster.self.uuid() &&
           find_uuid(cluster, device.label_uuid) == nullptr;
}

Result<std::set<std::string>> present_disks(const Context& context) {
    const auto labelled = context.disks.labelled();
    if (!labelled) {
        return pass(labelled.error());
    }
    auto present = sort_found(*labelled, context.cluster.self).uuids();
    present.merge(disks_elsewhere(context.statuses, context.node));
    return present;
}

std::string name_from_path(const std::string& path) {
    std::string name = path.substr(path.find_last_of('/') + 1);
    for (char& c : name) {
        const auto lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        const bool allowed =
            std::string_view("abcdefghijklmnopqrstuvwxyz0123456789-_.").find(lower) !=
            std::string_view::npos;
        c = allowed ? lower : '-';
    }
    name.erase(0, std::min(name.find_first_not_of("-_."), name.size()));
    return name.substr(0, kMaxName);
}

}  // namespace dnvme::daemon
