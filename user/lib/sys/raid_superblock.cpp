// SPDX-License-Identifier: Apache-2.0
#include "sys/raid_superblock.h"

#include <algorithm>
#include <cerrno>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/refused.h"

namespace dnvme::sys {
namespace {

constexpr std::string_view kMagic = "DmRd";
constexpr std::size_t kResyncOffsetAt = 40;  // array_resync_offset, 64 bits, little-endian

}  // namespace

Status distrust_sync(RaidSuperblock& superblock) {
    auto& bytes = superblock.bytes;
    if (!std::equal(kMagic.begin(), kMagic.end(), bytes.begin()))
        return fail(Code::internal, "there is no superblock of dm-raid");
    std::fill_n(bytes.begin() + kResyncOffsetAt, sizeof(std::uint64_t), 0);
    return {};
}

Status distrust_sync_on(const std::string& path) {
    const Fd device(::open(path.c_str(), O_RDWR | O_DIRECT | O_EXCL | O_CLOEXEC));
    if (!device.valid())
        return refused(errno, "open " + path);
    RaidSuperblock superblock;
    auto& bytes = superblock.bytes;
    const auto size = static_cast<ssize_t>(bytes.size());
    if (::pread(device.get(), bytes.data(), bytes.size(), 0) != size)
        return refused(errno == 0 ? EIO : errno, "read superblock of " + path);
    if (Status edited = distrust_sync(superblock); !edited)
        return pass(edited.error(), path);
    if (::pwrite(device.get(), bytes.data(), bytes.size(), 0) != size)
        return refused(errno == 0 ? EIO : errno, "write superblock of " + path);
    if (::fsync(device.get()) != 0)
        return refused(errno, "flush " + path);
    return {};
}

}  // namespace dnvme::sys
