// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <libdevmapper.h>

#include "base/result.h"
#include "plan/kernel_state.h"
#include "sys/kernel_log.h"

namespace dnvme::sys {

/// What one ioctl of device-mapper said about a device.
struct DmInfo {
    std::string name;
    std::string uuid;
    std::string number;  ///< "major:minor"
    std::int32_t opens = 0;
    bool suspended = false;
};

/// One ioctl of device-mapper, and the udev cookie that goes with it. Used once.
/// Not thread-safe: libdevmapper is not.
class DmTask {
  public:
    /// @p type: DM_DEVICE_*.
    DmTask(int type, const std::string& name);
    /// By uuid. Makes no node: for questions and messages only.
    static DmTask by_uuid(int type, const std::string& uuid);

    [[nodiscard]] dm_task* get() const { return task_.get(); }
    DmTask& uuid(const std::string& uuid);
    DmTask& target(const plan::DmTarget& target);
    DmTask& message(std::uint64_t sector, const std::string& text);
    /// A question must not make a thin pool commit.
    DmTask& no_flush();
    /// Asks for the table that is loaded but not live.
    DmTask& inactive_table();
    /// Runs it; where the type makes or removes a node, waits until udev is done with it.
    /// The error carries libdevmapper's words and those of the kernel's log.
    Status run();
    /// The same with a log that is open already: opening it costs more than most ioctls.
    Status run(KernelLog& kernel_log);

    /// After run().
    [[nodiscard]] Result<DmInfo> info() const;
    [[nodiscard]] std::vector<plan::DmTarget> targets() const;
    /// What the target answered to a message; empty if it does not.
    [[nodiscard]] std::string answer() const;

  private:
    struct Destroy {
        void operator()(dm_task* task) const { dm_task_destroy(task); }
    };
    explicit DmTask(int type);
    void require(int ok) { ready_ = ready_ && ok == 1; }
    [[nodiscard]] bool has_node() const;

    int type_;
    bool ready_;  ///< every step of building it succeeded
    std::unique_ptr<dm_task, Destroy> task_;
};

}  // namespace dnvme::sys
