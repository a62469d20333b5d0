// SPDX-License-Identifier: Apache-2.0
#include "instance_lock.h"

#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

namespace dnvme::daemon {

namespace {

std::string holder(int fd) {
    std::array<char, 32> buffer{};
    const ssize_t bytes = pread(fd, buffer.data(), buffer.size(), 0);
    std::string words(buffer.data(), bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
    while (!words.empty() && words.back() == '\n') {
        words.pop_back();
    }
    return words.empty() ? "unknown" : words;
}

/// For people only: the lock itself is what counts.
Status write_pid(int fd) {
    const std::string pid = fmt::format("{}\n", getpid());
    if (ftruncate(fd, 0) != 0 ||
        pwrite(fd, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
        return fail_errno(errno, "write the process id");
    }
    return {};
}

}  // namespace

Result<InstanceLock> InstanceLock::take(const std::string& path) {
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) {
        return fail_errno(errno, fmt::format("open lock file {}", path));
    }
    InstanceLock lock(fd);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return fail(Code::precondition,
                        fmt::format("another dnvmed (process {}) runs here and holds {}: stop it "
                                    "first",
                                    holder(fd), path));
        }
        return fail_errno(errno, fmt::format("lock {}", path));
    }
    if (auto written = write_pid(fd); !written) {
        return pass(written.error(), path);
    }
    return lock;
}

InstanceLock::InstanceLock(InstanceLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

InstanceLock::~InstanceLock() {
    if (fd_ >= 0) {
        close(fd_);
    }
}

}  // namespace dnvme::daemon
