// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/fd.h"
#include "base/result.h"

namespace dnvme::sys {

/// What device-mapper has to tell of any of its devices, of anybody: a gate that began to hold, an
/// array that has lost a member or is through with a rebuild, a device that came or went.
class DmEvents {
  public:
    /// Error: unavailable.
    static Result<DmEvents> open();

    /// Readable once something has happened since the last arm().
    [[nodiscard]] int fd() const { return control_.get(); }
    /// From here on. What happens while the caller looks at the devices is told afterwards.
    Status arm();

  private:
    explicit DmEvents(Fd control) : control_(std::move(control)) {}

    Fd control_;
};

}  // namespace dnvme::sys
