// SPDX-License-Identifier: Apache-2.0
#include "sys/command_device.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <span>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/nvmet-mpath-ext.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sys/nvmet_layout.h"
#include "sys/refused.h"

namespace dnvme::sys {
namespace {

constexpr const char* kPath = "/dev/" NVMET_MPATH_EXT_DEVICE;
/// More than any record has, so that one that is too long is seen.
constexpr std::size_t kMostBytes = 2 * sizeof(nvmet_mpath_ext_command);

tl::unexpected<Error> not_opened(int error) {
    if (error == ENOENT || error == ENODEV || error == ENXIO)
        return fail(Code::unavailable,
                    fmt::format("{} is not there: module nvmet-mpath-ext is not loaded", kPath));
    if (error == EBUSY)
        return fail(Code::precondition, fmt::format("{} is in use by another process: end it, or "
                                                    "hosts get no answer from this one",
                                                    kPath));
    return refused(error, std::string("open ") + kPath);
}

tl::unexpected<Error> not_armed(int error) {
    const std::string what = refused(error, "arm nvmet-mpath-ext").value().message();
    return fail(Code::precondition,
                error == EBUSY
                    ? fmt::format("{}: another kprobe, ftrace or livepatch user holds "
                                  "nvmet_report_invalid_opcode: end that one",
                                  what)
                    : fmt::format("{}: the module was built for another kernel; dmesg names the "
                                  "field: build it for this one",
                                  what));
}

Status arm(const Fd& fd) {
    const auto layout = running_layout();
    if (!layout)
        return pass(layout.error());
    if (::ioctl(fd.get(), NVMET_MPATH_EXT_ARM, &*layout) < 0)
        return not_armed(errno);
    return {};
}

/// Up to the zero byte, which a broken module might have forgotten.
std::string text_of(std::span<const char> field) {
    return {field.data(), ::strnlen(field.data(), field.size())};
}

Result<std::optional<CommandDevice::Received>> parse(std::span<const char> bytes) {
    nvmet_mpath_ext_command record{};
    std::memcpy(&record, bytes.data(), std::min(bytes.size(), sizeof(record)));
    if (bytes.size() != sizeof(record) || record.head.version != NVMET_MPATH_EXT_VERSION ||
        record.head.size != sizeof(record))
        return fail(Code::precondition,
                    fmt::format("{} gave a record of {} bytes that says version {} and size {}; "
                                "this dnvmed knows version {} of {} bytes: install the dnvmed and "
                                "the modules of one release",
                                kPath, bytes.size(), record.head.version, record.head.size,
                                NVMET_MPATH_EXT_VERSION, sizeof(record)));
    return CommandDevice::Received{.id = record.id,
                                   .command = {.action = record.action,
                                               .flags = record.flags,
                                               .epoch = record.epoch,
                                               .nsid = record.nsid,
                                               .subsystem_nqn = text_of(record.subsysnqn),
                                               .host_nqn = text_of(record.hostnqn)}};
}

}  // namespace

Result<CommandDevice> CommandDevice::open() {
    Fd fd(::open(kPath, O_RDWR | O_NONBLOCK | O_CLOEXEC));
    if (!fd.valid())
        return not_opened(errno);
    if (Status armed = arm(fd); !armed)
        return pass(armed.error());
    return CommandDevice(std::move(fd));
}

Result<std::optional<CommandDevice::Received>> CommandDevice::read() {
    std::array<char, kMostBytes> buffer{};
    const ssize_t got = ::read(fd_.get(), buffer.data(), buffer.size());
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return std::nullopt;
    if (got < 0)
        return refused(errno, std::string("read ") + kPath);
    if (got == 0)
        return fail(Code::internal, fmt::format("{} has gone", kPath));
    return parse({buffer.data(), static_cast<std::size_t>(got)});
}

Status CommandDevice::answer(std::uint64_t id, const plan::ActivationAnswer& answer) {
    nvmet_mpath_ext_answer record{};
    record.head = {.version = NVMET_MPATH_EXT_VERSION, .size = sizeof(record)};
    record.id = id;
    record.epoch = answer.epoch;
    record.status = answer.status;
    record.state = answer.state;
    record.retry_100ms = answer.retry_100ms;
    const ssize_t written = ::write(fd_.get(), &record, sizeof(record));
    if (written < 0 && errno == ENOENT)
        return fail(Code::not_found, "it came too late: the module has answered for it");
    if (written != static_cast<ssize_t>(sizeof(record)))
        return refused(written < 0 ? errno : EIO, std::string("write ") + kPath);
    return {};
}

}  // namespace dnvme::sys
