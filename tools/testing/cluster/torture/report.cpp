// SPDX-License-Identifier: Apache-2.0
#include "torture/report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dnvme::torture {

namespace {

constexpr double second = 1e9;

std::string name(Value value) {
    if (value == Value{}) {
        return "what was there before";
    }
    return fmt::format("{:016x}/{}/{}", value.run, value.operation >> 48U,
                       value.operation & 0xffffffffffffU);
}

std::string span(const Operation& operation) {
    if (operation.begin == always) {
        return "at an unknown time";
    }
    if (operation.end == never) {
        return fmt::format("from {:.6f} s, outcome unknown",
                           static_cast<double>(operation.begin) / second);
    }
    return fmt::format("{:.6f} to {:.6f} s", static_cast<double>(operation.begin) / second,
                       static_cast<double>(operation.end) / second);
}

std::string reader(const Operation& read) {
    return read.id.run == 0 ? "the last look"
                            : fmt::format("read {} ({})", name(read.id), span(read));
}

std::string contents(const Content& content) {
    switch (content.found) {
        case Found::zeros:
            return "zeros";
        case Found::garbage:
            return "what is no stamp";
        case Found::torn:
            return fmt::format("a torn stamp of {}", name(content.value));
        case Found::misplaced:
            return fmt::format("a stamp of another block, {}", name(content.value));
        case Found::stamp:
            break;
    }
    return name(content.value);
}

std::string why(const Violation& violation) {
    if (violation.expected) {
        const Operation& expected = *violation.expected;
        std::string text = fmt::format("it should have been write {} ({}) or a later one",
                                       name(expected.id), span(expected));
        if (violation.proof) {
            text += fmt::format(", which read {} ({}) had seen before", name(violation.proof->id),
                                span(*violation.proof));
        }
        return text;
    }
    switch (violation.wrong) {
        case Wrong::early:
            return "which was written later only";
        case Wrong::torn:
            return "and no write of unknown outcome can have torn it";
        default:
            return "which no history knows to be written there";
    }
}

nlohmann::json json_of(const Violation& violation) {
    nlohmann::json object{{"kind", word(violation.wrong)},
                          {"block", violation.read.block},
                          {"found", contents(violation.read.content)},
                          {"reader", reader(violation.read)},
                          {"why", why(violation)}};
    if (violation.expected) {
        object["expected"] = name(violation.expected->id);
    }
    return object;
}

}  // namespace

std::string as_text(const Verdict& verdict) {
    std::string text;
    for (const Violation& violation : verdict.violations) {
        text += fmt::format("{}: block {}: {} found {}; {}\n", word(violation.wrong),
                            violation.read.block, reader(violation.read),
                            contents(violation.read.content), why(violation));
    }
    if (verdict.count > verdict.violations.size()) {
        text += fmt::format("and {} more\n", verdict.count - verdict.violations.size());
    }
    return text +
           fmt::format("{} blocks, {} writes ({} of unknown outcome), {} reads, {} violations\n",
                       verdict.blocks, verdict.writes, verdict.unknown_writes, verdict.reads,
                       verdict.count);
}

std::string as_json(const Verdict& verdict) {
    nlohmann::json list = nlohmann::json::array();
    for (const Violation& violation : verdict.violations) {
        list.push_back(json_of(violation));
    }
    return nlohmann::json{{"blocks", verdict.blocks},
                          {"writes", verdict.writes},
                          {"unknown_writes", verdict.unknown_writes},
                          {"reads", verdict.reads},
                          {"violation_count", verdict.count},
                          {"violations", list}}
               .dump(2) +
           "\n";
}

}  // namespace dnvme::torture
