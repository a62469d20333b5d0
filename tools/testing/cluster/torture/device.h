// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <memory>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "torture/stamp.h"

namespace dnvme::torture {

struct FreeBlock {
    void operator()(std::uint64_t* words) const { std::free(words); }
};
/// Memory of a block, aligned for O_DIRECT.
using Buffer = std::unique_ptr<std::uint64_t, FreeBlock>;
Buffer make_buffer();
inline Block block_of(const Buffer& buffer) {
    return Block(buffer.get(), Block::extent);
}

/// Past the page cache. Errors: internal.
Result<Fd> open_direct(const std::string& path, int flags);

/// Blocks of a device or file. Errors: internal.
Result<std::uint64_t> count_blocks(const Fd& fd, const std::string& path);

/// CLOCK_MONOTONIC or CLOCK_REALTIME in nanoseconds.
std::int64_t now(int clock);

}  // namespace dnvme::torture
