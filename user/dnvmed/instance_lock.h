// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"

namespace dnvme::daemon {

/// Holds a lock file as long as it lives; the kernel lets go of it when the process dies.
class InstanceLock {
  public:
    /// Errors: precondition (another daemon holds it; says which process), internal.
    static Result<InstanceLock> take(const std::string& path);

    InstanceLock(InstanceLock&& other) noexcept;
    InstanceLock(const InstanceLock&) = delete;
    InstanceLock& operator=(const InstanceLock&) = delete;
    InstanceLock& operator=(InstanceLock&&) = delete;
    ~InstanceLock();

  private:
    explicit InstanceLock(int fd) : fd_(fd) {}
    int fd_;
};

}  // namespace dnvme::daemon
