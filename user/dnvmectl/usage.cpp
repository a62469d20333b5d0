// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/usage.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dnvmectl/exit_code.h"

namespace dnvme::ctl {

namespace {

/// The commands that were recognised: "volume", "create".
std::vector<const CLI::App*> parsed_commands(const CLI::App& app) {
    std::vector<const CLI::App*> commands{&app};
    while (!commands.back()->get_subcommands().empty()) {
        commands.push_back(commands.back()->get_subcommands().front());
    }
    return commands;
}

std::string joined_names(const std::vector<const CLI::App*>& commands) {
    std::vector<std::string> names;
    std::transform(commands.begin(), commands.end(), std::back_inserter(names),
                   [](const CLI::App* command) { return command->get_name(); });
    return fmt::format("{}", fmt::join(names, " "));
}

std::string choices(const CLI::App& command) {
    std::vector<std::string> names;
    const auto commands = command.get_subcommands(nullptr);
    names.reserve(commands.size());
    for (const CLI::App* choice : commands) {
        names.push_back(choice->get_name());
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

/// CLI11 says "A subcommand is required", whatever was typed in its place.
std::string missing_command(const CLI::App& app, const CLI::App& where) {
    const auto unknown = app.remaining();
    if (unknown.empty()) {
        return fmt::format("say what to do: {}", choices(where));
    }
    return fmt::format("'{}' is no command: choose from {}", unknown.front(), choices(where));
}

std::string explain(const CLI::App& app, const CLI::App& where, const CLI::ParseError& mistake) {
    const bool wants_command = !where.get_subcommands(nullptr).empty();
    return wants_command && mistake.get_name() == "RequiredError" ? missing_command(app, where)
                                                                  : mistake.what();
}

}  // namespace

int report_parse_stop(const CLI::App& app, const CLI::ParseError& stop, const Streams& streams) {
    if (stop.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
        return app.exit(stop, streams.out, streams.err);
    }
    const auto commands = parsed_commands(app);
    const std::string called = joined_names(commands);
    const std::string context = joined_names({commands.begin() + 1, commands.end()});
    streams.err << fmt::format("dnvmectl: {}{}{}\nTry '{} --help'.\n", context,
                               context.empty() ? "" : ": ", explain(app, *commands.back(), stop),
                               called);
    return static_cast<int>(ExitCode::usage);
}

}  // namespace dnvme::ctl
