// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "plan/action.h"
#include "plan/kernel_state.h"
#include "sys/dm_task.h"
#include "sys/fence_all.h"

namespace dnvme::sys {

/// The one door to device-mapper. Tables are in the kernel's words, with major:minor.
/// Devices are addressed by uuid, so that one that is not ours is never touched.
class DmClient {
  public:
    /// Error: unavailable (no device-mapper in this kernel, or no right to use it).
    Status check();

    /// Every device whose uuid is one of ours.
    Result<std::vector<DmInfo>> list();
    /// Error: not_found.
    Result<DmInfo> info(const std::string& uuid);
    Result<std::vector<plan::DmTarget>> table(const std::string& uuid);
    /// The table that is loaded but not live; empty if there is none.
    Result<std::vector<plan::DmTarget>> inactive_table(const std::string& uuid);
    Result<std::vector<plan::DmTarget>> status(const std::string& uuid);

    /// Creates, loads, resumes; a failure leaves nothing. On success the node is there.
    Status create(const plan::DmDevice& device);
    /// Loads, suspends, resumes; a failure leaves the old table, live. What the gate of a member
    /// or of a leg holds it holds with its new table.
    Status reload(const plan::DmDevice& device);
    /// The same, but suspends first and does @p meanwhile before it loads: for what must not change
    /// while the device runs.
    Status reload_stopped(const plan::DmDevice& device, const std::function<Status()>& meanwhile);
    /// Of two tables, one live and one that an interrupted reload loaded, the live one stays.
    Status resume(const std::string& uuid);
    /// Waits a few seconds for a scanner that has it open.
    Status remove(const std::string& uuid);
    /// To the target at sector 0.
    Status message(const std::string& uuid, const std::string& text);
    /// Fences gates, all at once: see sys/fence_all.h. One result per gate, in order.
    std::vector<FenceResult> fence_all(const std::vector<std::string>& uuids, std::uint64_t epoch,
                                       std::chrono::milliseconds drain);
    /// See sys/fence_one.h.
    Status fence_one(const plan::Fence& fence);
    /// A thin volume that is there already is success.
    Status create_thin(const std::string& pool_uuid, std::uint32_t thin_id);

  private:
    Status load(const std::string& name, const std::vector<plan::DmTarget>& table);
    Status load_and_resume(const plan::DmDevice& device);
    Status suspend_and_resume(const plan::DmDevice& device);
    Status resume_with_new_table(const std::string& name);
};

/// The path at which a device with this name is found.
std::string dm_path(const std::string& name);

}  // namespace dnvme::sys
