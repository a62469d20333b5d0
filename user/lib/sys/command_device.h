// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "base/fd.h"
#include "base/result.h"
#include "plan/activation.h"

namespace dnvme::sys {

/// The door to nvmet-mpath-ext: commands Set Namespace Active come in, answers go out. While it is
/// open nobody else can have it; when it closes, what was not answered gets "no agent".
class CommandDevice {
  public:
    struct Received {
        std::uint64_t id = 0;
        plan::ActivationCommand command;
    };

    /// Opens the device and arms the module. Errors: unavailable (the module is not loaded),
    /// precondition (another process has it; the module and this kernel do not fit).
    static Result<CommandDevice> open();
    /// @p fd speaks as the device does: one record a read or write, without blocking.
    explicit CommandDevice(Fd fd) : fd_(std::move(fd)) {}

    /// Readable when a command waits, or the device is lost.
    [[nodiscard]] int fd() const { return fd_.get(); }
    /// The next command; nothing if none waits. Errors: precondition (a record of another version
    /// or size), internal (the device is lost). It is of no use any more then.
    Result<std::optional<Received>> read();
    /// Errors: not_found (the command was given another answer meanwhile, since its time was over),
    /// internal.
    Status answer(std::uint64_t id, const plan::ActivationAnswer& answer);

  private:
    Fd fd_;
};

}  // namespace dnvme::sys
