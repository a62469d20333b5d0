// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include <CLI/App.hpp>

#include "dnvmectl/command_line.h"

/// What verbs use to say which arguments they take.
namespace dnvme::ctl {

/// Adds a verb to @p noun. Its arguments must live as long as @p noun: make_shared and capture.
CLI::App* add_verb(CLI::App& noun, CommandLine& line, const std::string& name,
                   const std::string& description, std::function<Status(Session&)> run);

/// An option or argument read by @p parse, whose error becomes a usage error. @p Text is a string,
/// or a vector of strings for what may be repeated.
template <class Text = std::string, class Value>
CLI::Option* add_parsed(CLI::App& app, const std::string& name, Value& value,
                        const std::string& description, Result<Value> (*parse)(const Text&)) {
    const std::string long_name = name.substr(name.find(',') + 1);
    return app.add_option_function<Text>(
        name,
        [long_name, &value, parse](const Text& text) {
            auto parsed = parse(text);
            if (!parsed) {
                throw CLI::ValidationError(long_name, parsed.error().message());
            }
            value = std::move(*parsed);
        },
        description);
}

/// A size such as 10G; not zero.
CLI::Option* add_size(CLI::App& verb, const std::string& name, std::uint64_t& bytes,
                      const std::string& description);
void add_name(CLI::App& verb, std::string& name, const std::string& description);
void add_dry_run(CLI::App& verb, bool& dry_run);
/// The arguments VOLUME and HOST, and --dry-run.
void add_attachment(CLI::App& verb, v1::AttachRequest& request);

/// Digits only, no sign.
std::optional<std::uint32_t> parse_number(const std::string& text);

}  // namespace dnvme::ctl
