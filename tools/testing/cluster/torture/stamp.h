// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>

/// What a write leaves in a block of 4 KiB: who wrote, where, and a filling that follows from both,
/// so that every byte of the block is checked. Pure.
namespace dnvme::torture {

constexpr std::size_t block_bytes = 4096;
using Block = std::span<std::uint64_t, block_bytes / sizeof(std::uint64_t)>;
using ConstBlock = std::span<const std::uint64_t, block_bytes / sizeof(std::uint64_t)>;

/// A value of the register: no two writes share one. A run draws its number at random; the
/// operation's number has the worker in its upper 16 bits and a sequence below.
struct Value {
    std::uint64_t run = 0;
    std::uint64_t operation = 0;
    auto operator<=>(const Value&) const = default;
};

enum class Found : std::uint8_t {
    zeros = 1,      ///< never written
    stamp = 2,      ///< a whole stamp of this block
    misplaced = 3,  ///< a whole stamp, of another block
    torn = 4,       ///< begins as a stamp and does not go on as it
    garbage = 5,    ///< nothing of ours
};

struct Content {
    Found found = Found::zeros;
    Value value;  ///< of a stamp, also when it is misplaced or torn
};

void write_stamp(Block bytes, Value value, std::uint64_t block);
Content read_stamp(ConstBlock bytes, std::uint64_t block);

}  // namespace dnvme::torture
