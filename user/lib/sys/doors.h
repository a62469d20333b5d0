// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "plan/action.h"
#include "plan/kernel_state.h"
#include "sys/fence_all.h"

/// The doors to the machine. Each has one real implementation and a part in the simulator
/// (sys/sim.h). Used from the daemon's state thread only.
namespace dnvme::sys {

/// A block device of the machine, as the disk verbs see it.
struct BlockDevice {
    std::string path;  ///< canonical, such as /dev/nvme0n1
    std::uint64_t size_bytes = 0;
    std::string label_uuid;     ///< uuid on our label; empty if there is none
    std::string label_cluster;  ///< cluster uuid on our label
    std::string in_use;         ///< who has it: "mounted on /srv", "held by md0", ...; or empty
    std::string signature;      ///< what libblkid recognises: "ext4", "LVM2_member", ...; or empty
};

class Disks {
  public:
    virtual ~Disks() = default;
    /// What stands at @p path (a link is followed). Errors: not_found, invalid (no block device).
    virtual Result<BlockDevice> inspect(const std::string& path) = 0;
    /// All block devices that carry a label of ours.
    virtual Result<std::vector<BlockDevice>> labelled() = 0;
    /// Writes our label, exclusively opened. Errors: precondition (in use).
    virtual Status write_label(const std::string& path, const std::string& disk_uuid,
                               const std::string& cluster_uuid) = 0;
    /// Removes our label if it carries @p disk_uuid.
    virtual Status clear_label(const std::string& path, const std::string& disk_uuid) = 0;
};

/// What dm-raid says about one array of ours.
struct RaidHealth {
    std::string uuid;      ///< dm uuid of the array
    std::string health;    ///< a letter per member: 'A' in sync, 'a' not in sync, 'D' failed
    bool in_sync = false;  ///< every member is alive and the whole array is in sync
};

/// The part of the kernel that the agent reconciles.
class Kernel {
  public:
    Kernel() = default;
    Kernel(const Kernel&) = delete;
    Kernel& operator=(const Kernel&) = delete;
    virtual ~Kernel() = default;
    virtual Disks& disks() = 0;
    /// Reads back all that is ours. What disks are called now comes from labelled().
    virtual Result<plan::KernelState> probe(const std::vector<BlockDevice>& labelled) = 0;
    /// Status of every dm-raid array of ours as it is now, by dm uuid.
    virtual Result<std::vector<RaidHealth>> raid_health() = 0;
    /// Runs one action on the machine. Store actions (MarkFormatted, Forget*) are not for here.
    /// An action that fails undoes what it began. The error carries the kernel's words.
    virtual Status run(const plan::Action& action) = 0;
    /// Fences the gates with these dm uuids under @p epoch, all at once, and waits no longer than
    /// @p drain for what is in flight: see sys/fence_all.h. One result per gate, in order.
    virtual std::vector<FenceResult> fence_all(const std::vector<std::string>& uuids,
                                               std::uint64_t epoch,
                                               std::chrono::milliseconds drain) = 0;
};

/// Device-mapper, configfs, libkmod, block devices of this machine. Needs root.
/// Errors: unavailable (no device-mapper, configfs not to be mounted), precondition (not root).
Result<std::unique_ptr<Kernel>> open_kernel();

/// A machine in memory (sys/sim.h): disks /dev/sim0 to /dev/sim7 of 1 TiB each and /dev/sim8 of 32
/// TiB (not in use), /dev/simused (mounted), /dev/simext4 (an ext4 signature). Keeps the rules of
/// the real one (removing an open device fails with EBUSY and so on).
std::unique_ptr<Kernel> make_simulator();

}  // namespace dnvme::sys
