// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.h"

/// dm-raid's superblock at the start of a member's metadata device.
///
/// While an array is written to, dm-raid keeps saying in it that the whole array is in sync (md's
/// own superblock says the opposite). After a crash it therefore takes no bit of the write-intent
/// bitmap for work to do, the halves of a mirror stay different where a write was under way, and
/// reads alternate between old and new. Saying "in sync up to sector 0" before the array is
/// assembled makes md do what the bitmap says, and read from the first member until it is done.
/// After a clean stop no bit is set and nothing is done.
namespace dnvme::sys {

inline constexpr std::size_t kRaidSuperblockBytes = 4096;
/// Aligned as direct I/O wants it.
struct alignas(kRaidSuperblockBytes) RaidSuperblock {
    std::array<std::uint8_t, kRaidSuperblockBytes> bytes{};
};

/// Sets array_resync_offset to 0. Pure. Error: internal (that is no superblock of dm-raid).
Status distrust_sync(RaidSuperblock& superblock);

/// The same on the metadata device at @p path, which nobody may hold.
Status distrust_sync_on(const std::string& path);

/// Of an array, in sectors.
struct RaidSizes {
    std::uint64_t array = 0;
    std::uint64_t member = 0;
};

/// Says that the array is that large. False if it says so already, or is no superblock yet. Pure.
bool set_sizes(RaidSuperblock& superblock, RaidSizes sizes);

/// The same on the metadata device at @p path, whose array is suspended or not there.
///
/// For arrays of pairs (raid10) before a longer table is loaded. dm-raid would make such an array
/// longer while it runs, but counts the sectors of one member for those of the array there: the
/// write-intent bitmap then ends before the array does. One that was always of its size is made
/// right. The new part is as it is: see for_first_assembly() in plan/tables.h on mirrors.
Status set_sizes_on(const std::string& path, RaidSizes sizes);

}  // namespace dnvme::sys
