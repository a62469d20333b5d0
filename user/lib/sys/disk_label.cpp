// SPDX-License-Identifier: Apache-2.0
#include "sys/disk_label.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <zlib.h>

namespace dnvme::sys {
namespace {

constexpr std::string_view kMagic = "dnvme disk label";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kVersionAt = 16;
constexpr std::size_t kLengthAt = 20;
constexpr std::size_t kCrcAt = 24;
constexpr std::size_t kPayloadAt = 32;
constexpr std::size_t kUuidBytes = 36;
constexpr std::size_t kDiskAt = kPayloadAt;
constexpr std::size_t kClusterAt = kDiskAt + kUuidBytes;
constexpr std::size_t kSizeAt = kClusterAt + kUuidBytes;
constexpr std::size_t kPayloadBytes = kSizeAt + sizeof(std::uint64_t) - kPayloadAt;
static_assert(kMagic.size() == kVersionAt);

template <class Number>
void put(LabelBlock& block, std::size_t at, Number value) {
    for (std::size_t byte = 0; byte < sizeof value; ++byte)
        block.at(at + byte) = static_cast<std::uint8_t>(value >> (8 * byte));
}

template <class Number>
Number get(std::span<const std::uint8_t> block, std::size_t at) {
    Number value = 0;
    for (std::size_t byte = 0; byte < sizeof value; ++byte)
        value |= static_cast<Number>(block[at + byte]) << (8 * byte);
    return value;
}

std::string text_at(std::span<const std::uint8_t> block, std::size_t at) {
    const auto bytes = block.subspan(at, kUuidBytes);
    return {bytes.begin(), bytes.end()};
}

std::uint32_t checksum(std::span<const std::uint8_t> block) {
    LabelBlock copy{};
    std::copy_n(block.begin(), copy.size(), copy.begin());
    put<std::uint32_t>(copy, kCrcAt, 0);
    return static_cast<std::uint32_t>(::crc32(0, copy.data(), copy.size()));
}

}  // namespace

Result<LabelBlock> encode_label(const DiskLabel& label) {
    for (const std::string& uuid : {label.disk_uuid, label.cluster_uuid}) {
        if (uuid.size() != kUuidBytes)
            return fail(Code::invalid, fmt::format("disk label: '{}' is no uuid", uuid));
    }
    LabelBlock block{};
    std::copy(kMagic.begin(), kMagic.end(), block.begin());
    put(block, kVersionAt, kVersion);
    put(block, kLengthAt, static_cast<std::uint32_t>(kPayloadBytes));
    std::copy(label.disk_uuid.begin(), label.disk_uuid.end(), block.begin() + kDiskAt);
    std::copy(label.cluster_uuid.begin(), label.cluster_uuid.end(), block.begin() + kClusterAt);
    put(block, kSizeAt, label.size_bytes);
    put(block, kCrcAt, checksum(block));
    return block;
}

Result<std::optional<DiskLabel>> decode_label(std::span<const std::uint8_t> block) {
    const bool ours =
        block.size() >= kMagic.size() && std::equal(kMagic.begin(), kMagic.end(), block.begin());
    if (!ours)
        return std::nullopt;
    if (block.size() < kLabelBytes)
        return fail(Code::internal, "disk label is cut short");
    const auto version = get<std::uint32_t>(block, kVersionAt);
    if (get<std::uint32_t>(block, kCrcAt) != checksum(block))
        return fail(Code::internal, "disk label is damaged: its checksum is wrong");
    if (version > kVersion)
        return fail(Code::precondition,
                    fmt::format("disk label has version {}; this dnvmed knows up to {}: update it",
                                version, kVersion));
    if (get<std::uint32_t>(block, kLengthAt) < kPayloadBytes)
        return fail(Code::internal, "disk label is damaged: its payload is too short");
    return DiskLabel{.disk_uuid = text_at(block, kDiskAt),
                     .cluster_uuid = text_at(block, kClusterAt),
                     .size_bytes = get<std::uint64_t>(block, kSizeAt)};
}

}  // namespace dnvme::sys
