// SPDX-License-Identifier: Apache-2.0
//
// Is each block a linearizable register? Pure.
//
// No two writes have the same value, so it is known which write each read has read from. A write
// and its reads are a cluster. In any permitted order the operations of a cluster stand together:
// the write, then its reads, before the next write. So one cluster comes wholly before another, and
// A must come before B if some operation of A ended before some of B began: if A.first_end <
// B.last_begin. The history is linearizable if and only if no read ended before its write began,
// and no two clusters must each come before the other; longer circles always contain such a pair.
// That is the zone test of P. Gibbons and E. Korach, "Testing shared memories", SIAM J. Comput.
// 26(4), 1997: clusters with first_end < last_begin (forward zones) must not overlap, and no other
// cluster may lie within one of them. After sorting it takes n log n steps.
//
// * What a block held before (zeros) is a cluster whose write ended before all else.
// * A write of unknown outcome has no end. If nobody read it, it may never have been, and is left
//   out. If somebody did, it took effect before that read ended, and once overwritten it must not
//   come back: its zone is that of its reads.
// * A read of unknown outcome tells nothing.
// * A write that a host sent again on another path is one operation, from its first copy's
// submission
//   to the answer: after that a late first copy is a value that comes back (laws L1, L6).
// * After a crash or at the end: the blocks as they are then are reads after all else. What was
//   acknowledged must be there, flushed or not (law L2).
// * A torn block is permitted only where a write of unknown outcome was submitted before the read
// ended.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "torture/history.h"

namespace dnvme::torture {

enum class Wrong {
    stale,        ///< older than a write that had been acknowledged
    lost,         ///< the same, and nobody ever saw that write
    resurrected,  ///< the same, and that write had been read already: a late copy came
    foreign,      ///< a stamp that nobody wrote, or not there, or no stamp
    torn,
    early,  ///< read before it was written
};
std::string_view word(Wrong wrong);

struct Violation {
    Wrong wrong = Wrong::stale;
    Operation read;                     ///< that must not be
    std::optional<Operation> source;    ///< what wrote it, as far as that is known
    std::optional<Operation> expected;  ///< the write that it should have been, or a later one
    std::optional<Operation> proof;     ///< a read of `expected` before `read` began
};

struct Verdict {
    std::size_t blocks = 0;
    std::size_t writes = 0;
    std::size_t unknown_writes = 0;
    std::size_t reads = 0;
    std::size_t count = 0;  ///< of violations, of which `violations` has the first
    std::vector<Violation> violations;
};

/// @p keep: how many violations to keep.
Verdict check(const std::vector<Operation>& operations, std::size_t keep);

}  // namespace dnvme::torture
