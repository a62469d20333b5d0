// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "plan/kernel_state.h"
#include "sys/doors.h"

namespace dnvme::sys {

/// The table of @p device refers to @p reference.
bool holds(const plan::DmDevice& device, const std::string& reference);

/// The disks of the simulated machine. They survive its power cycles.
class SimDisks final : public Disks {
  public:
    /// @p kernel: whose dm tables hold the disks; outlives this.
    explicit SimDisks(const plan::KernelState& kernel);

    Result<BlockDevice> inspect(const std::string& path) override;
    Result<std::vector<BlockDevice>> labelled() override;
    Status write_label(const std::string& path, const std::string& disk_uuid,
                       const std::string& cluster_uuid) override;
    Status clear_label(const std::string& path, const std::string& disk_uuid) override;

    /// The disk is not to be found until plug(); its content stays.
    void unplug(const std::string& path) { present_.at(path) = false; }
    void plug(const std::string& path) { present_.at(path) = true; }

    /// Size of the disk behind "{disk:<uuid>}"; 0 if there is none.
    [[nodiscard]] std::uint64_t size_of(const std::string& reference) const;

  private:
    void add(BlockDevice disk);
    [[nodiscard]] std::string user_of(const BlockDevice& disk) const;
    Result<BlockDevice*> free_disk(const std::string& path);

    const plan::KernelState& kernel_;
    std::map<std::string, BlockDevice> disks_;  ///< by path
    std::map<std::string, bool> present_;       ///< by path
};

}  // namespace dnvme::sys
