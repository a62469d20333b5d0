// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "dnvmectl/connections.h"

namespace dnvme::ctl {

/// The NVMe/TCP host in this machine's kernel.
class Initiator {
  public:
    virtual ~Initiator() = default;

    /// The NQN that it connects with. Errors: precondition (/etc/nvme/hostnqn is missing).
    virtual Result<std::string> host_nqn() = 0;
    /// What it is connected to, or trying to be; without volumes and numbers of controllers.
    virtual Result<std::vector<Connection>> connections() = 0;
    /// Errors: precondition (not root, no module), internal (the kernel's words).
    virtual Status connect(const Connection& connection) = 0;
    /// Not to be connected is success.
    virtual Status disconnect(const Connection& connection) = 0;
};

/// Through libnvme.
std::unique_ptr<Initiator> open_initiator();

}  // namespace dnvme::ctl
