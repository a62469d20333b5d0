// SPDX-License-Identifier: Apache-2.0
#include "sys/raid_superblock.h"

#include <algorithm>
#include <cerrno>
#include <functional>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/refused.h"

namespace dnvme::sys {
namespace {

constexpr std::string_view kMagic = "DmRd";
// 64 bits each, little-endian.
constexpr std::size_t kResyncOffsetAt = 40;  // array_resync_offset
constexpr std::size_t kArraySectorsAt = 88;  // array_sectors
constexpr std::size_t kSectorsAt = 112;      // sectors

bool is_superblock(const RaidSuperblock& superblock) {
    return std::equal(kMagic.begin(), kMagic.end(), superblock.bytes.begin());
}

/// Says whether that changed anything.
bool put(RaidSuperblock& superblock, std::size_t at, std::uint64_t value) {
    bool changed = false;
    for (std::size_t i = at; i < at + sizeof(value); i++, value >>= 8) {
        const auto byte = static_cast<std::uint8_t>(value & 0xff);
        changed = changed || superblock.bytes.at(i) != byte;
        superblock.bytes.at(i) = byte;
    }
    return changed;
}

/// @p edit says whether the superblock has to be written.
Status edit_on(const std::string& path, int flags,
               const std::function<Result<bool>(RaidSuperblock&)>& edit) {
    const Fd device(::open(path.c_str(), O_RDWR | O_DIRECT | O_CLOEXEC | flags));
    if (!device.valid())
        return refused(errno, "open " + path);
    RaidSuperblock superblock;
    auto& bytes = superblock.bytes;
    const auto size = static_cast<ssize_t>(bytes.size());
    if (::pread(device.get(), bytes.data(), bytes.size(), 0) != size)
        return refused(errno == 0 ? EIO : errno, "read superblock of " + path);
    const Result<bool> edited = edit(superblock);
    if (!edited)
        return pass(edited.error(), path);
    if (!*edited)
        return {};
    if (::pwrite(device.get(), bytes.data(), bytes.size(), 0) != size)
        return refused(errno == 0 ? EIO : errno, "write superblock of " + path);
    if (::fsync(device.get()) != 0)
        return refused(errno, "flush " + path);
    return {};
}

}  // namespace

Status distrust_sync(RaidSuperblock& superblock) {
    if (!is_superblock(superblock))
        return fail(Code::internal, "there is no superblock of dm-raid");
    put(superblock, kResyncOffsetAt, 0);
    return {};
}

Status distrust_sync_on(const std::string& path) {
    return edit_on(path, O_EXCL, [](RaidSuperblock& superblock) -> Result<bool> {
        const Status edited = distrust_sync(superblock);
        return edited ? Result<bool>(true) : pass(edited.error());
    });
}

bool set_sizes(RaidSuperblock& superblock, RaidSizes sizes) {
    if (!is_superblock(superblock))
        return false;
    const bool array = put(superblock, kArraySectorsAt, sizes.array);
    return put(superblock, kSectorsAt, sizes.member) || array;
}

Status set_sizes_on(const std::string& path, RaidSizes sizes) {
    return edit_on(path, 0, [&](RaidSuperblock& superblock) -> Result<bool> {
        return set_sizes(superblock, sizes);
    });
}

}  // namespace dnvme::sys
