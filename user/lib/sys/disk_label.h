// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"

/// The label by which a disk of ours is known. Pure.
///
/// 4 KiB at offset 0 of the disk, little-endian:
///
///     0    16  magic "dnvme disk label"
///     16    4  version; a reader refuses what is above its own
///     20    4  length of the payload
///     24    4  CRC-32 (as zlib's) of the whole 4 KiB with this field zero
///     28    4  zero
///     32       payload; version 1:
///        +0   36  disk uuid, text
///        +36  36  cluster uuid, text
///        +72   8  size of the disk in bytes when it was labelled
///
/// Everything after the payload is zero. A later version may append to the payload only if an
/// old reader may ignore it; else it raises the version.
namespace dnvme::sys {

inline constexpr std::size_t kLabelBytes = 4096;

struct DiskLabel {
    std::string disk_uuid;
    std::string cluster_uuid;
    std::uint64_t size_bytes = 0;

    bool operator==(const DiskLabel&) const = default;
};

using LabelBlock = std::array<std::uint8_t, kLabelBytes>;

/// Error: invalid (a uuid that is not 36 characters).
Result<LabelBlock> encode_label(const DiskLabel& label);

/// Nothing if @p block carries no label of ours. Errors: precondition (of a newer dnvme), internal
/// (damaged).
Result<std::optional<DiskLabel>> decode_label(std::span<const std::uint8_t> block);

}  // namespace dnvme::sys
