// SPDX-License-Identifier: Apache-2.0
#include "torture/device.h"

#include <cerrno>
#include <ctime>
#include <new>

#include <fcntl.h>
#include <fmt/format.h>

namespace dnvme::torture {

Buffer make_buffer() {
    void* memory = std::aligned_alloc(block_bytes, block_bytes);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return Buffer(static_cast<std::uint64_t*>(memory));
}

Result<Fd> open_direct(const std::string& path, int flags) {
    Fd fd(::open(path.c_str(), flags | O_DIRECT | O_CLOEXEC));
    if (!fd.valid()) {
        return fail_errno(errno, fmt::format("open {}", path));
    }
    return fd;
}

Result<std::uint64_t> count_blocks(const Fd& fd, const std::string& path) {
    const off_t end = ::lseek(fd.get(), 0, SEEK_END);
    if (end < 0) {
        return fail_errno(errno, fmt::format("size of {}", path));
    }
    return static_cast<std::uint64_t>(end) / block_bytes;
}

std::int64_t now(int clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

}  // namespace dnvme::torture
