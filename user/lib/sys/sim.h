// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "plan/kernel_state.h"
#include "sys/doors.h"
#include "sys/sim_disks.h"
#include "sys/sim_gates.h"
#include "sys/sim_heads.h"
#include "sys/sim_remotes.h"

namespace dnvme::sys {

/// A machine in memory that keeps the kernel's rules, and the handles by which tests hurt it.
class Simulator final : public Kernel {
  public:
    Simulator();

    Disks& disks() override { return disks_; }
    Heads& heads() override { return heads_; }
    Result<plan::KernelState> probe(const std::vector<BlockDevice>& labelled) override;
    Status run(const plan::Action& action) override;
    std::vector<FenceResult> fence_all(const std::vector<std::string>& uuids, std::uint64_t epoch,
                                       std::chrono::milliseconds drain) override;

    /// Errors: unavailable (the module is not loaded).
    Result<CommandDevice> open_commands() override;

    /// The module's end of the device that was opened last: a test writes commands to it and reads
    /// answers. Not valid if none was.
    [[nodiscard]] const Fd& module_end() const { return module_end_; }
    /// The device is lost.
    void lose_commands() { module_end_ = Fd(); }
    /// Power off and on: everything of the kernel is gone, what stands on disks stays.
    void reboot();
    void unplug(const std::string& path) { disks_.unplug(path); }
    void plug(const std::string& path) { disks_.plug(path); }
    /// A namespace goes: paths let go of it by themselves.
    void unplug_namespace(const std::string& device);
    void plug_namespace(const std::string& device) { heads_.plug(device); }
    /// The logical disks of other machines.
    SimRemotes& remotes() { return remotes_; }
    /// The @p n-th run() from now, 1 being the next, fails once and does nothing; 0 takes it back.
    void fail_action(int n, int sys_errno);
    /// Every action whose description contains @p text fails and does nothing; "" takes it back.
    void fail_matching(std::string text, int sys_errno);
    /// Member @p index of the array with dm uuid @p raid_uuid shows as failed.
    void fail_member(const std::string& raid_uuid, std::size_t index);
    /// A bio came back with an error to the gates of the member with this uuid: they hold.
    void err_member(const std::string& member_uuid);
    /// dm-raid has brought all members of all arrays up to date.
    void finish_rebuilds() { rebuilding_.clear(); }
    /// What is in flight below a gate stays there: a fence of it does not drain.
    void leave_in_flight(const std::string& dm_uuid, std::uint64_t bios) {
        gates_.leave_in_flight(dm_uuid, bios);
    }
    /// Addresses from where somebody is connected. Until then nobody can tell.
    void see_peers(std::set<std::string> addresses) { kernel_.peers = std::move(addresses); }
    /// Somebody outside dnvme opens (or, with a negative @p by, closes) a dm device.
    void open_device(const std::string& dm_uuid, int by = 1) { foreign_opens_[dm_uuid] += by; }

    /// With open counts as of now.
    [[nodiscard]] plan::KernelState state() const;
    /// Descriptions of all actions that were done, oldest first.
    [[nodiscard]] const std::vector<std::string>& history() const { return history_; }

  private:
    Status injected_fault(const std::string& description);
    /// What a front answers; nothing for an action that asks none.
    Status tell_front(const plan::Action& action);
    void apply(const plan::Action& action);
    void apply(const plan::ReloadDm& reload);
    [[nodiscard]] plan::RaidHealth health(const plan::DmDevice& raid) const;

    plan::KernelState kernel_;
    SimDisks disks_;
    SimGates gates_;
    SimHeads heads_;
    SimRemotes remotes_;
    std::map<std::string, std::set<std::uint32_t>> thins_;     ///< by the pool's metadata device
    std::map<std::string, std::set<std::size_t>> failed_;      ///< raid uuid -> member indices
    std::map<std::string, std::set<std::size_t>> rebuilding_;  ///< the same
    std::map<std::string, char> gates_shut_;                   ///< dm uuid -> H or D
    std::map<std::string, int> foreign_opens_;                 ///< by dm uuid
    std::vector<std::string> history_;
    Fd module_end_;
    int countdown_ = 0;
    int countdown_errno_ = 0;
    std::string fail_text_;
    int fail_text_errno_ = 0;
};

}  // namespace dnvme::sys
