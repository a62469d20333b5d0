// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "sys/disk_label.h"
#include "sys/doors.h"

namespace dnvme::sys {

/// The disks of this machine: labels, signatures, who uses what.
class LinuxDisks final : public Disks {
  public:
    Result<BlockDevice> inspect(const std::string& path) override;
    Result<std::vector<BlockDevice>> labelled() override;
    Status write_label(const std::string& path, const std::string& disk_uuid,
                       const std::string& cluster_uuid) override;
    Status clear_label(const std::string& path, const std::string& disk_uuid) override;
};

/// The label at the start of the disk at @p path; nothing if there is none.
Result<std::optional<DiskLabel>> read_label(const std::string& path);

/// "major:minor" of the block device at @p path.
Result<std::string> device_number(const std::string& path);

/// Names of block devices, as under /sys/class/block, that may carry a label of ours: nothing
/// empty, no memory disk, none of our own devices, no volume of dnvme that this node has connected
/// as a host, no head of nvme-mpath-ext and nothing on one. @p root: "/" but in tests.
std::vector<std::string> label_candidates(const std::string& root = "/");

}  // namespace dnvme::sys
