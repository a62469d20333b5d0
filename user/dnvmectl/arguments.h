// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/App.hpp>

#include "dnvmectl/command_line.h"

/// What verbs use to say which arguments they take.
namespace dnvme::ctl {

/// Adds a verb to @p noun. Its arguments must live as long as @p noun: make_shared and capture.
CLI::App* add_verb(CLI::App& noun, CommandLine& line, const std::string& name,
                   const std::string& description, std::function<Status(Session&)> run);

/// An option or argument read by @p parse, whose error becomes a usage error; what it says goes to
/// @p take. @p Text is a string, or a vector of strings for what may be repeated.
template <class Text, class Value, class Take>
CLI::Option* add_taken(CLI::App& app, const std::string& name, Result<Value> (*parse)(const Text&),
                       Take take, const std::string& description) {
    const std::string long_name = name.substr(name.find(',') + 1);
    return app.add_option_function<Text>(
        name,
        [long_name, parse, take = std::move(take)](const Text& text) {
            auto parsed = parse(text);
            if (!parsed) {
                throw CLI::ValidationError(long_name, parsed.error().message());
            }
            take(std::move(*parsed));
        },
        description);
}

/// The same, kept in @p value.
template <class Text = std::string, class Value>
CLI::Option* add_parsed(CLI::App& app, const std::string& name, Value& value,
                        const std::string& description, Result<Value> (*parse)(const Text&)) {
    const auto keep = [&value](Value parsed) { value = std::move(parsed); };
    return add_taken(app, name, parse, keep, description);
}

using TakeNumber = std::function<void(std::uint32_t)>;
/// Digits only; whether the number is possible is for the daemon to say.
CLI::Option* add_number(CLI::App& verb, const std::string& name, TakeNumber take,
                        const std::string& description);
CLI::Option* add_priority(CLI::App& verb, TakeNumber take);

/// A command line that gives none of @p options is a usage error, which names them.
void require_any(CLI::App& verb, const std::vector<CLI::Option*>& options);

/// A size such as 10G; not zero.
CLI::Option* add_size(CLI::App& verb, const std::string& name, std::uint64_t& bytes,
                      const std::string& description);
/// --label KEY=VALUE, repeatable.
CLI::Option* add_labels(CLI::App& verb, std::map<std::string, std::string>& labels);
void add_name(CLI::App& verb, std::string& name, const std::string& description);
void add_dry_run(CLI::App& verb, const std::function<void()>& set);
void add_dry_run(CLI::App& verb, bool& dry_run);
template <class Request>
void add_dry_run(CLI::App& verb, Request& request) {
    add_dry_run(verb, [&request] { request.set_dry_run(true); });
}

/// The arguments VOLUME and HOST, and --dry-run.
void add_attachment(CLI::App& verb, v1::AttachRequest& request);

/// The arguments HEAD and PATH, and --dry-run.
void add_path_of_head(CLI::App& verb, v1::PathRequest& request);
/// HEAD and PATH alone.
void add_head_and_path(CLI::App& verb, std::string& head, std::string& path);

/// Digits only, no sign.
std::optional<std::uint32_t> parse_number(const std::string& text);

}  // namespace dnvme::ctl
