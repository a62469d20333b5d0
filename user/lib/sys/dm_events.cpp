// SPDX-License-Identifier: Apache-2.0
#include "sys/dm_events.h"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <libdevmapper.h>
#include <linux/dm-ioctl.h>
#include <sys/ioctl.h>

#include "sys/refused.h"

namespace dnvme::sys {
namespace {

/// The first that has DM_DEV_ARM_POLL.
constexpr std::uint32_t kMajor = 4;
constexpr std::uint32_t kMinor = 37;

}  // namespace

Result<DmEvents> DmEvents::open() {
    const std::string path = fmt::format("{}/{}", dm_dir(), DM_CONTROL_NODE);
    Fd control(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (!control.valid())
        return fail(Code::unavailable,
                    fmt::format("{} cannot be opened: load module dm-mod", path));
    DmEvents events(std::move(control));
    if (Status armed = events.arm(); !armed)
        return pass(armed.error());
    return events;
}

Status DmEvents::arm() {
    dm_ioctl question{};
    question.version[0] = kMajor;
    question.version[1] = kMinor;
    question.data_size = sizeof(question);
    if (::ioctl(control_.get(), DM_DEV_ARM_POLL, &question) != 0)
        return refused(errno, "wait for events of device-mapper");
    return {};
}

}  // namespace dnvme::sys
