// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sys/config_fs.h"
#include "sys/disks.h"
#include "sys/dm_client.h"
#include "sys/dm_refs.h"
#include "sys/doors.h"
#include "sys/head_configfs.h"
#include "sys/initiator.h"
#include "sys/nvmet_configfs.h"

namespace dnvme::sys {

/// This machine.
class LinuxKernel final : public Kernel {
  public:
    LinuxKernel();

    Disks& disks() override { return disks_; }
    Heads& heads() override { return heads_; }
    Result<plan::KernelState> probe(const std::vector<BlockDevice>& labelled) override;
    Status run(const plan::Action& action) override;
    std::vector<FenceResult> fence_all(const std::vector<std::string>& uuids, std::uint64_t epoch,
                                       std::chrono::milliseconds drain) override {
        return dm_.fence_all(uuids, epoch, drain);
    }

    Result<CommandDevice> open_commands() override { return CommandDevice::open(); }

    /// That device-mapper can be used at all.
    Status check() { return dm_.check(); }

  private:
    struct Runner;

    Status probe_dm(plan::KernelState& state);
    Status probe_nvmet(plan::KernelState& state);
    static void probe_peers(plan::KernelState& state);
    Result<plan::DmDevice> read_device(const DmInfo& info, const DeviceMap& devices);
    /// What the target says of itself, if the plan depends on it.
    Status read_status(plan::DmDevice& device);
    Status check_raid(const std::string& uuid);
    [[nodiscard]] Result<DeviceMap> map_devices(const std::vector<DmInfo>& dm) const;
    Status wipe_remote(const plan::WipeRemote& a);
    Status tell_size(const plan::DmDevice& device);
    /// @p device with a table in the kernel's words.
    Result<plan::DmDevice> with_numbers(const plan::DmDevice& device);
    /// That every disk in the table is there.
    Status check_disks(const plan::DmDevice& device);
    void remember(const std::vector<BlockDevice>& labelled);
    /// The path of the disk with this label, which is read again: what is written to must be the
    /// disk that is meant, whatever was plugged meanwhile.
    Result<std::string> path_of_disk(const std::string& disk_uuid);
    [[nodiscard]] Result<std::string> known_path(const std::string& disk_uuid) const;

    LinuxDisks disks_;
    DmClient dm_;
    ConfigFs config_fs_;
    NvmetConfigfs nvmet_;
    HeadConfigfs heads_;
    Initiator initiator_;
    std::multimap<std::string, std::string> disk_paths_;  ///< disk uuid -> path, as last seen
};

}  // namespace dnvme::sys
