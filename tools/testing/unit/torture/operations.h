// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "torture/checker.h"

/// Operations of run 1 on block 0, in few words.
namespace dnvme::torture {

inline Operation wrote(std::uint64_t number, std::int64_t begin, std::int64_t end) {
    return {true, 0, begin, end, {Found::stamp, {1, number}}, {1, number}};
}
inline Operation found(Content content, std::int64_t begin, std::int64_t end) {
    return {false, 0, begin, end, content, {2, static_cast<std::uint64_t>(begin)}};
}
inline Operation saw(std::uint64_t number, std::int64_t begin, std::int64_t end) {
    return found({Found::stamp, {1, number}}, begin, end);
}
inline Operation saw_zeros(std::int64_t begin, std::int64_t end) {
    return found({}, begin, end);
}
/// As the last look at a device reads.
inline Operation holds(std::uint64_t number) {
    Operation last = saw(number, never - 1, never - 1);
    last.id = {0, 1};
    return last;
}

}  // namespace dnvme::torture
