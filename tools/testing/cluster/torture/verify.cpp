// SPDX-License-Identifier: Apache-2.0
#include "torture/verify.h"

#include <cerrno>
#include <set>

#include <fcntl.h>
#include <fmt/format.h>

#include "torture/device.h"

namespace dnvme::torture {

Result<std::vector<Operation>> read_now(const std::string& device,
                                        const std::vector<History>& histories, bool quiet) {
    const auto fd = open_direct(device, O_RDONLY);
    if (!fd) {
        return pass(fd.error());
    }
    std::set<std::uint64_t> blocks;
    for (const History& history : histories) {
        for (const Record& record : history.records) {
            blocks.insert(record.block);
        }
    }
    std::vector<Operation> reads;
    const Buffer buffer = make_buffer();
    for (const std::uint64_t block : blocks) {
        const auto offset = static_cast<off_t>(block * block_bytes);
        if (::pread(fd->get(), buffer.get(), block_bytes, offset) !=
            static_cast<ssize_t>(block_bytes)) {
            return fail_errno(errno, fmt::format("read block {} of {}", block, device));
        }
        reads.push_back({false, block, never - 1, never - 1, read_stamp(block_of(buffer), block),
                         Value{0, reads.size() + 1}});
        if (!quiet && reads.size() % 4096 == 0) {
            fmt::print(stderr, "\rread {} of {} blocks ", reads.size(), blocks.size());
        }
    }
    return reads;
}

}  // namespace dnvme::torture
