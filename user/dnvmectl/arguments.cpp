// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/arguments.h"

#include <charconv>

#include "base/size.h"

namespace dnvme::ctl {

namespace {

Result<std::uint64_t> parse_nonzero_size(const std::string& text) {
    auto size = parse_size(text);
    if (size && *size == 0) {
        return fail(Code::invalid, "0 is too small: give at least one byte");
    }
    return size;
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

void add_name(CLI::App& verb, std::string& name, const std::string& description) {
    verb.add_option("NAME", name, description)->type_name("")->required();
}

void add_dry_run(CLI::App& verb, bool& dry_run) {
    verb.add_flag("--dry-run", dry_run, "Say what would be done, and do nothing");
}

void add_attachment(CLI::App& verb, v1::AttachRequest& request) {
    verb.add_option("VOLUME", *request.mutable_volume(), "Name of the volume")
        ->type_name("")
        ->required();
    verb.add_option("HOST", *request.mutable_host(), "Name of the host")->type_name("")->required();
    verb.add_flag_callback(
        "--dry-run", [&request] { request.set_dry_run(true); },
        "Say what would be done, and do nothing");
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
