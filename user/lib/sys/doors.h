// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "plan/action.h"
#include "plan/kernel_state.h"
#include "sys/command_device.h"
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

/// What the kernel says of one path of a head.
struct PathStatus {
    std::string state;     ///< off, ready, asked, active, failed, gone
    std::string identity;  ///< what its device was found to be, or "none"
    std::uint64_t errors = 0;
};

/// What the kernel says of one head.
struct HeadStatus {
    std::string disk;         ///< "nvmemp0"; empty while it is not enabled
    std::string state;        ///< up, switching, owing, down; empty as above
    std::string active_path;  ///< names, or "none"
    std::uint64_t queued = 0;
    std::uint64_t failovers = 0;
    std::uint64_t epoch = 0;
    std::map<std::string, PathStatus> paths;  ///< by name
};

/// Heads of nvme-mpath-ext, beside what Kernel reconciles of them.
class Heads {
  public:
    virtual ~Heads() = default;
    /// The block device of a path now, canonical; empty if it is not there. Of several controllers
    /// of one subsystem the first that is live.
    virtual std::string find(const v1::Path& path) = 0;
    /// Of all heads of ours, by directory.
    virtual Result<std::map<std::string, HeadStatus>> status() = 0;
    /// Makes a path the active one, as a planned change; does not wait for it. The error carries
    /// the kernel's words.
    virtual Status activate(const std::string& head, const std::string& path) = 0;
};

/// The part of the kernel that the agent reconciles.
class Kernel {
  public:
    Kernel() = default;
    Kernel(const Kernel&) = delete;
    Kernel& operator=(const Kernel&) = delete;
    virtual ~Kernel() = default;
    virtual Disks& disks() = 0;
    virtual Heads& heads() = 0;
    /// Reads back all that is ours. What disks are called now comes from labelled().
    virtual Result<plan::KernelState> probe(const std::vector<BlockDevice>& labelled) = 0;
    /// Runs one action on the machine. Store actions (MarkFormatted, Record*, Forget*) are not
    /// for here.
    /// An action that fails undoes what it began. The error carries the kernel's words.
    virtual Status run(const plan::Action& action) = 0;
    /// Fences the gates with these dm uuids under @p epoch, all at once, and waits no longer than
    /// @p drain for what is in flight: see sys/fence_all.h. One result per gate, in order.
    virtual std::vector<FenceResult> fence_all(const std::vector<std::string>& uuids,
                                               std::uint64_t epoch,
                                               std::chrono::milliseconds drain) = 0;
    /// Where commands of hosts come in: see sys/command_device.h.
    virtual Result<CommandDevice> open_commands() = 0;
};

/// Device-mapper, configfs, libkmod, block devices of this machine. Needs root.
/// Errors: unavailable (no device-mapper, configfs not to be mounted), precondition (not root).
Result<std::unique_ptr<Kernel>> open_kernel();

/// A machine in memory (sys/sim.h): disks /dev/sim0 to /dev/sim7 of 1 TiB each and /dev/sim8 of 32
/// TiB (not in use), /dev/simused (mounted), /dev/simext4 (an ext4 signature). Keeps the rules of
/// the real one (removing an open device fails with EBUSY and so on).
std::unique_ptr<Kernel> make_simulator();

}  // namespace dnvme::sys
