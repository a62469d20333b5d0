// SPDX-License-Identifier: Apache-2.0
#include "sys/zero.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/refused.h"

namespace dnvme::sys {
namespace {

constexpr std::uint64_t kStepBytes = 1ULL << 20;

/// For devices and files that do not know BLKZEROOUT.
Status write_by_hand(int fd, const std::string& path, std::uint64_t offset, std::uint64_t length) {
    const std::vector<char> zeroes(std::min(length, kStepBytes));
    while (length > 0) {
        const ssize_t written =
            ::pwrite(fd, zeroes.data(), std::min(length, kStepBytes), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return refused(written < 0 ? errno : ENOSPC, "write zeroes to " + path);
        offset += static_cast<std::uint64_t>(written);
        length -= static_cast<std::uint64_t>(written);
    }
    return {};
}

}  // namespace

Status write_zeroes(int fd, const std::string& path, std::uint64_t offset_bytes,
                    std::uint64_t length_bytes) {
    std::array<std::uint64_t, 2> range{offset_bytes, length_bytes};
    if (::ioctl(fd, BLKZEROOUT, range.data()) != 0) {
        if (Status written = write_by_hand(fd, path, offset_bytes, length_bytes); !written)
            return written;
    }
    if (::fsync(fd) != 0)
        return refused(errno, "flush " + path);
    return {};
}

Status zero_device(const std::string& path, std::uint64_t offset_bytes,
                   std::uint64_t length_bytes) {
    const Fd device(::open(path.c_str(), O_RDWR | O_EXCL | O_CLOEXEC));
    if (!device.valid())
        return refused(errno, "open " + path);
    return write_zeroes(device.get(), path, offset_bytes, length_bytes);
}

}  // namespace dnvme::sys
