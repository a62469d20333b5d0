// SPDX-License-Identifier: Apache-2.0
#include "torture/stamp.h"

#include <algorithm>

namespace dnvme::torture {

namespace {

constexpr std::uint64_t magic = 0x504d415453564e44;  // "DNVSTAMP" in memory
constexpr std::size_t head_words = 4;

// Neighbouring inputs give unlike outputs: a filling that is off by one word matches nowhere.
std::uint64_t mixed(std::uint64_t word) {
    word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9U;
    word = (word ^ (word >> 27U)) * 0x94d049bb133111ebU;
    return word ^ (word >> 31U);
}

std::uint64_t filling(std::uint64_t key, std::size_t index) {
    return mixed(key + index);
}

std::uint64_t key_of(Value value, std::uint64_t block) {
    return mixed(mixed(mixed(value.run) + value.operation) + block);
}

bool is_whole(ConstBlock bytes) {
    const std::uint64_t key = key_of({bytes[1], bytes[2]}, bytes[3]);
    for (std::size_t i = head_words; i < bytes.size(); ++i) {
        if (bytes[i] != filling(key, i)) {
            return false;
        }
    }
    return true;
}

}  // namespace

void write_stamp(Block bytes, Value value, std::uint64_t block) {
    bytes[0] = magic;
    bytes[1] = value.run;
    bytes[2] = value.operation;
    bytes[3] = block;
    const std::uint64_t key = key_of(value, block);
    for (std::size_t i = head_words; i < bytes.size(); ++i) {
        bytes[i] = filling(key, i);
    }
}

Content read_stamp(ConstBlock bytes, std::uint64_t block) {
    if (bytes[0] != magic) {
        const bool empty = std::all_of(bytes.begin(), bytes.end(), [](auto word) { return !word; });
        return {empty ? Found::zeros : Found::garbage, {}};
    }
    const Value value{bytes[1], bytes[2]};
    if (!is_whole(bytes)) {
        return {Found::torn, value};
    }
    return {bytes[3] == block ? Found::stamp : Found::misplaced, value};
}

}  // namespace dnvme::torture
