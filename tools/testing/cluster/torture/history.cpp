// SPDX-License-Identifier: Apache-2.0
#include "torture/history.h"

#include <cstring>
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

namespace dnvme::torture {

namespace {

std::uint64_t check_of(const Record& record) {
    std::array<std::uint64_t, sizeof(Record) / 8> words{};
    std::memcpy(words.data(), &record, sizeof(Record));
    std::uint64_t sum = 0x6a09e667f3bcc908U;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        sum = (sum ^ words[i]) * 0x9e3779b97f4a7c15U;
        sum ^= sum >> 29U;
    }
    return sum;
}

using Open = std::unordered_map<std::uint64_t, std::size_t>;

Operation submitted(const Record& record, std::uint64_t run) {
    const Value id{run, record.operation};
    const bool is_write = record.event == Event::write;
    return {is_write,
            record.block,
            record.time,
            never,
            is_write ? Content{Found::stamp, id} : Content{},
            id};
}

// A failed one keeps its unknown outcome.
Status come_back(const Record& record, Open& open, std::vector<Operation>& operations) {
    const auto place = open.find(record.operation);
    if (place == open.end()) {
        return fail(Code::invalid, fmt::format("operation {:x} came back and was not submitted",
                                               record.operation));
    }
    Operation& operation = operations[place->second];
    if (record.time < operation.begin) {
        return fail(Code::invalid,
                    fmt::format("operation {:x} ended before it began", record.operation));
    }
    if (record.event == Event::done) {
        operation.end = record.time;
        if (!operation.is_write) {
            operation.content = {record.found, record.value};
        }
    }
    open.erase(place);
    return {};
}

Result<std::vector<Operation>> operations_of(const History& history) {
    std::vector<Operation> operations;
    Open open;
    for (const Record& record : history.records) {
        if (record.event == Event::write || record.event == Event::read) {
            if (!open.emplace(record.operation, operations.size()).second) {
                return fail(Code::invalid, fmt::format("{}: operation {:x} was submitted twice",
                                                       history.name, record.operation));
            }
            operations.push_back(submitted(record, history.header.run));
        } else if (Status done = come_back(record, open, operations); !done) {
            return pass(done.error(), history.name);
        }
    }
    return operations;
}

void widen(Operation& operation, std::int64_t offset, std::optional<std::int64_t> clock_error) {
    const std::int64_t half = clock_error.value_or(0) / 2;
    operation.begin = clock_error ? operation.begin + offset - half : always;
    if (operation.end != never) {
        operation.end = clock_error ? operation.end + offset + half : never - 1;
    }
}

}  // namespace

void seal(Record& record) {
    record.check = check_of(record);
}

bool is_sealed(const Record& record) {
    return record.check == check_of(record);
}

Result<std::vector<Operation>> merge(const std::vector<History>& histories,
                                     std::optional<std::int64_t> clock_error) {
    std::vector<Operation> all;
    std::vector<std::size_t> origin;
    std::map<std::uint64_t, std::set<std::array<char, 40>>> hosts;
    std::set<std::uint64_t> runs;
    for (std::size_t i = 0; i < histories.size(); ++i) {
        auto operations = operations_of(histories[i]);
        if (!operations) {
            return operations;
        }
        if (!runs.insert(histories[i].header.run).second) {
            return fail(Code::invalid,
                        fmt::format("{}: this run was given twice", histories[i].name));
        }
        for (const Operation& operation : *operations) {
            hosts[operation.block].insert(histories[i].header.boot);
        }
        all.insert(all.end(), operations->begin(), operations->end());
        origin.resize(all.size(), i);
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (hosts[all[i].block].size() > 1) {
            const Header& header = histories[origin[i]].header;
            widen(all[i], header.realtime - header.monotonic, clock_error);
        }
    }
    return all;
}

}  // namespace dnvme::torture
