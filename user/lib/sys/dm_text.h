// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// Parsers of the text that device-mapper targets show, table and status. Pure.
/// Words that a later version of a target appends are ignored. Error: internal, with the text.
namespace dnvme::sys {

struct DnvmeLegTable {
    std::string device;  ///< major:minor or a reference
    std::uint64_t offset_sectors = 0;

    bool operator==(const DnvmeLegTable&) const = default;
};

/// "<epoch> <chunk_sectors> <#legs> [<dev> <offset>]{#legs} <#opts> [<opt> [<arg>...]]..."
struct DnvmeTable {
    std::uint64_t epoch = 0;
    std::uint64_t chunk_sectors = 0;
    std::vector<DnvmeLegTable> legs;
    std::vector<std::string> options;  ///< words, in order
};
Result<DnvmeTable> parse_dnvme_table(std::string_view params);

struct DnvmeLegStatus {
    char state = 0;  ///< L, H, F, E or D
    std::uint64_t in_flight = 0;
    std::uint64_t held = 0;
    std::uint64_t errors = 0;
};

/// "<epoch> <state> <receipt> <in-flight> <held> <#legs>
///  [<leg-state> <in-flight> <held> <errors>]{#legs}"
struct DnvmeStatus {
    std::uint64_t epoch = 0;
    char state = 0;
    std::string receipt;  ///< "-", "drained" or "undrained"
    std::uint64_t in_flight = 0;
    std::uint64_t held = 0;
    std::vector<DnvmeLegStatus> legs;
};
Result<DnvmeStatus> parse_dnvme_status(std::string_view params);

/// What a gate answers to fence and drain:
/// "<epoch> drained|undrained <in-flight when it closed> <held> <microseconds>"
struct FenceReceipt {
    std::uint64_t epoch = 0;
    bool drained = false;
    std::uint64_t in_flight = 0;  ///< when it closed
    std::uint64_t held = 0;
    std::uint64_t microseconds = 0;

    bool operator==(const FenceReceipt&) const = default;
};
Result<FenceReceipt> parse_fence_receipt(std::string_view answer);

/// "<raid type> <#devs> <health> <done>/<total> <sync action> <mismatches> ..."
struct RaidStatus {
    std::string level;
    std::string health;  ///< a letter per member: A, a, D or -
    std::uint64_t synced_sectors = 0;
    std::uint64_t total_sectors = 0;
    std::string sync_action;  ///< "idle", "resync", "recover", ...
    std::uint64_t mismatches = 0;
};
Result<RaidStatus> parse_raid_status(std::string_view params);

/// "<transaction> <used>/<total metadata> <used>/<total data> <root> rw|ro|out_of_data_space ..."
/// A pool in trouble says "Fail" or "Error" and nothing more.
struct PoolStatus {
    bool failed = false;
    std::uint64_t transaction = 0;
    std::uint64_t used_metadata_blocks = 0;
    std::uint64_t total_metadata_blocks = 0;
    std::uint64_t used_data_blocks = 0;
    std::uint64_t total_data_blocks = 0;
    std::string mode;  ///< "rw", "ro" or "out_of_data_space"
    bool needs_check = false;
};
Result<PoolStatus> parse_pool_status(std::string_view params);

/// "<mapped sectors> <highest mapped sector>|-"; a volume of a pool in trouble says "Fail".
struct ThinStatus {
    bool failed = false;
    std::uint64_t mapped_sectors = 0;
    std::optional<std::uint64_t> highest_sector;
};
Result<ThinStatus> parse_thin_status(std::string_view params);

}  // namespace dnvme::sys
