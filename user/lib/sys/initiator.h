// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/result.h"
#include "plan/action.h"
#include "plan/kernel_state.h"
#include "sys/config_fs.h"

namespace dnvme::sys {

/// What /dev/nvme-fabrics is asked to connect to. A broken connection is mended by the kernel for
/// as long as it takes; what is on its way fails a few seconds after it broke. Pure.
std::string connect_options(const plan::Connection& connection);

/// Gives one line of options to the kernel, which connects or refuses.
using Fabrics = std::function<Status(const std::string& options)>;
/// The real one. Error: unavailable (module nvme-tcp is missing), and whatever the kernel says.
Status write_to_fabrics(const std::string& options);

/// The one door to this machine as an NVMe/TCP host of logical disks. Works with either value of
/// nvme_core.multipath.
class Initiator {
  public:
    /// @p sys: /sys but in tests.
    Initiator(ConfigFs& fs, Path sys, Fabrics fabrics = write_to_fabrics)
        : fs_(fs), sys_(std::move(sys)), fabrics_(std::move(fabrics)) {}

    /// All connections whose NQN can be that of a logical disk, by NQN; of several to one subsystem
    /// the one that is live.
    [[nodiscard]] Result<std::map<std::string, plan::Connection>> probe() const;
    /// Uuid of the logical disk -> path of its device, such as "/dev/nvme1n1". A namespace counts
    /// only if its identity is the one in the NQN of its subsystem.
    [[nodiscard]] Result<std::map<std::string, std::string>> devices() const;

    /// Waits up to two seconds for the device: the kernel finds namespaces in the background.
    Status connect(const plan::Connection& connection);
    /// Errors: precondition (something stands on the device).
    Status disconnect(const plan::Disconnect& a);

  private:
    [[nodiscard]] std::string logical_disk_at(const Path& block) const;
    [[nodiscard]] std::uint64_t size_of(const Path& device) const;
    [[nodiscard]] Status check_free(const std::string& nqn) const;

    ConfigFs& fs_;
    Path sys_;
    Fabrics fabrics_;
};

}  // namespace dnvme::sys
