// SPDX-License-Identifier: Apache-2.0
#include "sys/dm_text.h"

#include <tuple>

#include <fmt/format.h>

#include "sys/word_reader.h"

namespace dnvme::sys {
namespace {

using std::uint64_t;

/// @p value if all words were there and fitted.
template <class Value>
Result<Value> checked(const WordReader& words, Value value, std::string_view what,
                      std::string_view text) {
    if (!words.ok())
        return fail(Code::internal, fmt::format("{} cannot be understood: '{}'", what, text));
    return value;
}

/// What pool and thin volume say instead of their status when they are in trouble.
bool is_trouble(std::string_view text) {
    return text == "Fail" || text == "Error";
}

}  // namespace

Result<DnvmeTable> parse_dnvme_table(std::string_view params) {
    WordReader words(params);
    DnvmeTable table;
    table.epoch = words.number<uint64_t>();
    table.chunk_sectors = words.number<uint64_t>();
    table.legs.resize(words.count(2));
    for (DnvmeLegTable& leg : table.legs) {
        leg.device = words.word();
        leg.offset_sectors = words.number<uint64_t>();
    }
    table.options.resize(words.count(1));
    for (std::string& option : table.options)
        option = words.word();
    return checked(words, std::move(table), "table of dnvme", params);
}

Result<DnvmeStatus> parse_dnvme_status(std::string_view params) {
    constexpr std::size_t kLegWords = 4;
    WordReader words(params);
    DnvmeStatus status;
    status.epoch = words.number<uint64_t>();
    status.state = words.letter();
    status.receipt = words.word();
    status.in_flight = words.number<uint64_t>();
    status.held = words.number<uint64_t>();
    status.legs.resize(words.count(kLegWords));
    for (DnvmeLegStatus& leg : status.legs) {
        leg.state = words.letter();
        leg.in_flight = words.number<uint64_t>();
        leg.held = words.number<uint64_t>();
        leg.errors = words.number<uint64_t>();
    }
    return checked(words, std::move(status), "status of dnvme", params);
}

Result<FenceReceipt> parse_fence_receipt(std::string_view answer) {
    WordReader words(answer);
    FenceReceipt receipt;
    receipt.epoch = words.number<uint64_t>();
    const std::string state = words.word();
    receipt.drained = state == "drained";
    receipt.in_flight = words.number<uint64_t>();
    receipt.held = words.number<uint64_t>();
    receipt.microseconds = words.number<uint64_t>();
    if (!receipt.drained && state != "undrained")
        return fail(Code::internal,
                    fmt::format("receipt of dnvme is neither drained nor undrained: "
                                "'{}'",
                                answer));
    return checked(words, receipt, "receipt of dnvme", answer);
}

Result<RaidStatus> parse_raid_status(std::string_view params) {
    WordReader words(params);
    RaidStatus status;
    status.level = words.word();
    const auto members = words.number<std::size_t>();
    status.health = words.word();
    std::tie(status.synced_sectors, status.total_sectors) = words.ratio<uint64_t>();
    status.sync_action = words.word();
    status.mismatches = words.number<uint64_t>();
    if (words.ok() && status.health.size() != members)
        return fail(Code::internal, fmt::format("status of raid: health is not that of {} members: "
                                                "'{}'",
                                                members, params));
    return checked(words, std::move(status), "status of raid", params);
}

Result<PoolStatus> parse_pool_status(std::string_view params) {
    PoolStatus status;
    status.failed = is_trouble(params);
    if (status.failed)
        return status;
    WordReader words(params);
    status.transaction = words.number<uint64_t>();
    std::tie(status.used_metadata_blocks, status.total_metadata_blocks) = words.ratio<uint64_t>();
    std::tie(status.used_data_blocks, status.total_data_blocks) = words.ratio<uint64_t>();
    words.word();  // held metadata root
    status.mode = words.word();
    while (!words.at_end())
        status.needs_check = words.word() == "needs_check" || status.needs_check;
    return checked(words, std::move(status), "status of thin-pool", params);
}

Result<ThinStatus> parse_thin_status(std::string_view params) {
    ThinStatus status;
    status.failed = is_trouble(params);
    if (status.failed)
        return status;
    WordReader words(params);
    status.mapped_sectors = words.number<uint64_t>();
    if (params.ends_with(" -"))
        words.word();
    else
        status.highest_sector = words.number<uint64_t>();
    return checked(words, status, "status of thin", params);
}

}  // namespace dnvme::sys
