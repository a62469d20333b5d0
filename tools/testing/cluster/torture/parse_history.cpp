// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include <fmt/format.h>

#include "torture/history_file.h"

namespace dnvme::torture {

namespace {

bool has_known_event(const Record& record) {
    return record.event >= Event::write && record.event <= Event::failed;
}

Result<Header> parse_header(const std::string& name, const std::string& bytes) {
    Header header;
    const Header expected;
    if (bytes.size() < sizeof(header)) {
        return fail(Code::invalid, fmt::format("{}: too short for a history", name));
    }
    std::memcpy(&header, bytes.data(), sizeof(header));
    if (header.magic != expected.magic) {
        return fail(Code::invalid, fmt::format("{}: not a history of dnvme-torture", name));
    }
    if (header.version != expected.version || header.record_bytes != expected.record_bytes) {
        return fail(Code::invalid,
                    fmt::format("{}: version {} of the history is not known, only {}", name,
                                header.version, expected.version));
    }
    return header;
}

}  // namespace

Result<History> parse_history(const std::string& name, const std::string& bytes) {
    const auto header = parse_header(name, bytes);
    if (!header) {
        return pass(header.error());
    }
    History history{name, *header, {}};
    const std::size_t count = (bytes.size() - sizeof(Header)) / sizeof(Record);
    history.records.resize(count);
    if (count > 0) {
        std::memcpy(history.records.data(), bytes.data() + sizeof(Header), count * sizeof(Record));
    }
    for (std::size_t i = 0; i < count; ++i) {
        if (!is_sealed(history.records[i]) || !has_known_event(history.records[i])) {
            return fail(Code::invalid, fmt::format("{}: record {} at byte {} is damaged", name, i,
                                                   sizeof(Header) + i * sizeof(Record)));
        }
    }
    return history;
}

}  // namespace dnvme::torture
