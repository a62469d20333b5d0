// SPDX-License-Identifier: Apache-2.0
#include "sys/disks.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "model/layout.h"
#include "sys/block_users.h"
#include "sys/refused.h"
#include "sys/signatures.h"
#include "sys/text_file.h"
#include "sys/zero.h"

namespace dnvme::sys {
namespace {

namespace fs = std::filesystem;

Result<Fd> open_device(const std::string& path, int flags) {
    Fd device(::open(path.c_str(), flags | O_CLOEXEC));
    if (!device.valid())
        return refused(errno, "open " + path);
    return device;
}

Result<std::optional<DiskLabel>> label_on(int fd, const std::string& path) {
    LabelBlock block{};
    const ssize_t got = ::pread(fd, block.data(), block.size(), 0);
    if (got < 0)
        return refused(errno, "read label of " + path);
    auto label = decode_label(std::span(block).first(static_cast<std::size_t>(got)));
    if (!label)
        return pass(label.error(), path);
    return label;
}

/// A disk without file system or partition may still be open exclusively: btrfs on several disks,
/// an iSCSI or NVMe target, a virtual machine's manager.
bool held_exclusively(const std::string& path) {
    const Fd device(::open(path.c_str(), O_RDONLY | O_EXCL | O_CLOEXEC));
    return !device.valid() && errno == EBUSY;
}

std::string user_of(const std::string& path, const std::string& number) {
    std::string user = BlockUsers().user_of(number);
    if (user.empty() && held_exclusively(path))
        user = "held by another program or part of the kernel";
    return user;
}

Result<std::uint64_t> size_of(int fd, const std::string& path) {
    std::uint64_t bytes = 0;
    if (::ioctl(fd, BLKGETSIZE64, &bytes) != 0)
        return refused(errno, "size of " + path);
    return bytes;
}

Status fill(BlockDevice& disk, int fd) {
    const auto size = size_of(fd, disk.path);
    const auto number = device_number(disk.path);
    const auto label = label_on(fd, disk.path);
    if (!size || !number || !label)
        return pass(!size ? size.error() : !number ? number.error() : label.error());
    disk.size_bytes = *size;
    disk.in_use = user_of(disk.path, *number);
    if (*label) {
        disk.label_uuid = (*label)->disk_uuid;
        disk.label_cluster = (*label)->cluster_uuid;
    }
    return {};
}

Result<Fd> open_free(const std::string& path) {
    auto device = open_device(path, O_RDWR | O_EXCL);
    if (device || device.error().sys_errno() != EBUSY)
        return device;
    const auto number = device_number(path);
    return refused(EBUSY, fmt::format("{} is {}", path, number ? user_of(path, *number) : "held"));
}

Status write_block(int fd, const std::string& path, const LabelBlock& block) {
    if (::pwrite(fd, block.data(), block.size(), 0) != static_cast<ssize_t>(block.size()))
        return refused(errno, "write label of " + path);
    if (::fsync(fd) != 0)
        return refused(errno, "flush " + path);
    return {};
}

/// A read of a head of nvme-mpath-ext waits until one of its paths was acknowledged: perhaps for
/// ever, and perhaps by this very daemon. So does one of whatever stands on a head.
bool waits_for_a_path(const fs::path& entry) {
    if (entry.filename().string().starts_with("nvmemp"))
        return true;
    std::error_code error;
    for (const auto& below : fs::directory_iterator(entry / "slaves", error)) {
        if (waits_for_a_path(below.path()))
            return true;
    }
    return false;
}

bool may_be_labelled(const fs::path& entry) {
    const std::string name = entry.filename();
    const std::string model = text_of(entry / "device/model");
    return text_of(entry / "size") != "0" && !name.starts_with("zram") &&
           !name.starts_with("ram") && !text_of(entry / "dm/uuid").starts_with("DNVME-") &&
           text_of(entry / "dm/suspended") != "1" && model != "dnvme" && !waits_for_a_path(entry);
}

}  // namespace

Result<std::string> device_number(const std::string& path) {
    struct stat node {};
    if (::stat(path.c_str(), &node) != 0)
        return refused(errno, "disk " + path);
    if (!S_ISBLK(node.st_mode))
        return fail(Code::invalid, path + " is not a block device");
    return fmt::format("{}:{}", major(node.st_rdev), minor(node.st_rdev));
}

Result<std::optional<DiskLabel>> read_label(const std::string& path) {
    const auto device = open_device(path, O_RDONLY);
    return device ? label_on(device->get(), path) : pass(device.error());
}

std::vector<std::string> label_candidates(const std::string& root) {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(fs::path(root) / "sys/class/block", error)) {
        if (may_be_labelled(entry.path()))
            names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    return names;
}

Result<BlockDevice> LinuxDisks::inspect(const std::string& path) {
    if (const auto number = device_number(path); !number)
        return pass(number.error());
    BlockDevice disk;
    disk.path = fs::canonical(path);
    const auto device = open_device(disk.path, O_RDONLY);
    if (!device)
        return pass(device.error());
    if (Status filled = fill(disk, device->get()); !filled)
        return pass(filled.error());
    auto signature = find_signature(device->get(), disk.path);
    if (!signature)
        return pass(signature.error());
    disk.signature = *std::move(signature);
    return disk;
}

Result<std::vector<BlockDevice>> LinuxDisks::labelled() {
    std::vector<BlockDevice> found;
    for (const std::string& name : label_candidates()) {
        const std::string path = "/dev/" + name;
        const auto label = read_label(path);
        // A disk that cannot be read, or whose label cannot, is none that we could use: whoever
        // waits for it is told so, and inspect() says why.
        if (!label || !*label)
            continue;
        auto disk = inspect(path);
        if (disk)
            found.push_back(*std::move(disk));
    }
    return found;
}

Status LinuxDisks::write_label(const std::string& path, const std::string& disk_uuid,
                               const std::string& cluster_uuid) {
    const auto device = open_free(path);
    if (!device)
        return pass(device.error(), "write label");
    const auto size = size_of(device->get(), path);
    if (!size)
        return pass(size.error(), "write label");
    const auto block = encode_label({disk_uuid, cluster_uuid, *size});
    if (!block)
        return pass(block.error());
    if (Status wiped = wipe_signatures(device->get(), path); !wiped)
        return pass(wiped.error(), "write label");
    if (Status zeroed = write_zeroes(device->get(), path, 0, model::kDiskDataOffset); !zeroed)
        return pass(zeroed.error(), "write label");
    return write_block(device->get(), path, *block);
}

Status LinuxDisks::clear_label(const std::string& path, const std::string& disk_uuid) {
    const auto device = open_free(path);
    if (!device)
        return pass(device.error(), "clear label");
    const auto label = label_on(device->get(), path);
    if (!label)
        return pass(label.error(), "clear label");
    if (!*label)
        return {};
    if ((*label)->disk_uuid != disk_uuid)
        return fail(Code::precondition, fmt::format("clear label: {} is disk {}, not disk {}", path,
                                                    (*label)->disk_uuid, disk_uuid));
    return write_zeroes(device->get(), path, 0, kLabelBytes);
}

}  // namespace dnvme::sys
