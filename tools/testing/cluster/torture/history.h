// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "torture/stamp.h"

/// What was asked of a device and what it answered. Pure.
namespace dnvme::torture {

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t always = std::numeric_limits<std::int64_t>::min();

/// First in a history file, in the byte order of the machine.
struct Header {
    std::array<char, 8> magic{'D', 'N', 'V', 'M', 'E', 'T', 'O', 'R'};
    std::uint32_t version = 1;
    std::uint32_t record_bytes = 64;
    std::uint64_t run = 0;
    std::array<char, 40> boot{};  ///< the host's boot id: who shares it shares a clock
    std::int64_t monotonic = 0;   ///< both clocks at the start of the run
    std::int64_t realtime = 0;
    std::uint64_t first_block = 0;
    std::uint64_t blocks = 0;
    std::array<char, 32> reserved{};
};
static_assert(sizeof(Header) == 128);

enum class Event : std::uint8_t { write = 1, read = 2, done = 3, failed = 4 };

/// An operation was submitted, or came back.
struct Record {
    Event event = Event::write;
    Found found = Found::zeros;  ///< of a read that is done
    std::array<char, 6> reserved{};
    std::uint64_t operation = 0;
    std::uint64_t block = 0;
    std::int64_t time = 0;  ///< CLOCK_MONOTONIC, ns
    Value value;            ///< of a read that is done
    std::uint64_t unused = 0;
    std::uint64_t check = 0;  ///< over all before it
};
static_assert(sizeof(Record) == 64);

void seal(Record& record);
bool is_sealed(const Record& record);

struct History {
    std::string name;
    Header header;
    std::vector<Record> records;
};

struct Operation {
    bool is_write = false;
    std::uint64_t block = 0;
    std::int64_t begin = 0;
    std::int64_t end = never;  ///< never: the outcome is unknown
    Content content;           ///< what was written, or read
    Value id;                  ///< of the operation itself
};

/// The operations of all histories on one time line. A host's own time is exact. Times of several
/// hosts (that is, boots) are compared by their real-time clocks, which differ by no more than
/// @p clock_error: where several hosts used a block, each of its operations is taken to have begun
/// and ended earlier and later by half of it. Without a bound nothing is certain about the order
/// of such a block's operations, and only what was read that nobody wrote is found.
/// Errors: invalid (histories that contradict themselves).
Result<std::vector<Operation>> merge(const std::vector<History>& histories,
                                     std::optional<std::int64_t> clock_error);

}  // namespace dnvme::torture
