// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/arguments.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/size.h"
#include "dnvmectl/words.h"

namespace dnvme::ctl {

namespace {

Result<std::uint64_t> parse_nonzero_size(const std::string& text) {
    auto size = parse_size(text);
    if (size && *size == 0) {
        return fail(Code::invalid, "0 is too small: give at least one byte");
    }
    return size;
}

Result<std::uint32_t> parse_plain(const std::string& text) {
    const auto number = parse_number(text);
    if (!number) {
        return fail(Code::invalid, fmt::format("'{}' is no number", text));
    }
    return *number;
}

bool is_given(const CLI::Option* option) {
    return option->count() > 0;
}

}  // namespace

CLI::App* add_verb(CLI::App& noun, CommandLine& line, const std::string& name,
                   const std::string& description, std::function<Status(Session&)> run) {
    CLI::App* verb = noun.add_subcommand(name, description);
    verb->footer("'dnvmectl --help' lists the options that every verb takes.");
    verb->callback([&noun, &line, name, run = std::move(run)] {
        line.command = noun.get_parent() == nullptr ? name : noun.get_name() + " " + name;
        line.run = run;
    });
    return verb;
}

CLI::Option* add_size(CLI::App& verb, const std::string& name, std::uint64_t& bytes,
                      const std::string& description) {
    return add_parsed(verb, name, bytes, description, parse_nonzero_size)->type_name("SIZE");
}

CLI::Option* add_number(CLI::App& verb, const std::string& name, TakeNumber take,
                        const std::string& description) {
    return add_taken(verb, name, parse_plain, std::move(take), description)->type_name("N");
}

CLI::Option* add_priority(CLI::App& verb, TakeNumber take) {
    return add_number(verb, "--priority", std::move(take),
                      "0 (usual) to 255, the highest is preferred");
}

void require_any(CLI::App& verb, const std::vector<CLI::Option*>& options) {
    verb.parse_complete_callback([options] {
        if (std::any_of(options.begin(), options.end(), is_given)) {
            return;
        }
        std::vector<std::string> names;
        names.reserve(options.size());
        for (const CLI::Option* option : options) {
            names.push_back(option->get_name());
        }
        throw CLI::ValidationError(
            fmt::format("nothing to change: choose from {}", fmt::join(names, ", ")));
    });
}

CLI::Option* add_labels(CLI::App& verb, std::map<std::string, std::string>& labels) {
    return add_parsed(verb, "--label", labels, "Such as site=a; repeatable", parse_labels)
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
}

void add_name(CLI::App& verb, std::string& name, const std::string& description) {
    verb.add_option("NAME", name, description)->type_name("")->required();
}

void add_dry_run(CLI::App& verb, const std::function<void()>& set) {
    verb.add_flag_callback("--dry-run", set, "Say what would be done, and do nothing");
}

void add_dry_run(CLI::App& verb, bool& dry_run) {
    add_dry_run(verb, [&dry_run] { dry_run = true; });
}

void add_attachment(CLI::App& verb, v1::AttachRequest& request) {
    verb.add_option("VOLUME", *request.mutable_volume(), "Name of the volume")
        ->type_name("")
        ->required();
    verb.add_option("HOST", *request.mutable_host(), "Name of the host")->type_name("")->required();
    add_dry_run(verb, request);
}

void add_head_and_path(CLI::App& verb, std::string& head, std::string& path) {
    verb.add_option("HEAD", head, "Name of the head")->type_name("")->required();
    verb.add_option("PATH", path, "Name of the path")->type_name("")->required();
}

void add_path_of_head(CLI::App& verb, v1::PathRequest& request) {
    add_head_and_path(verb, *request.mutable_head(), *request.mutable_path());
    add_dry_run(verb, request);
}

std::optional<std::uint32_t> parse_number(const std::string& text) {
    std::uint32_t number = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || rest != end) {
        return std::nullopt;
    }
    return number;
}

}  // namespace dnvme::ctl
