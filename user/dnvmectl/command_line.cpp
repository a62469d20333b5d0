// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/command_line.h"

#include <charconv>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "base/version.h"
#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

constexpr auto footer = R"(
Options may stand before or after the verb.
'dnvmectl NOUN --help' lists verbs, 'dnvmectl NOUN VERB --help' their arguments.

Exit codes:
  0  done
  1  usage: the request itself is wrong
  2  failed: the message says why and what to do
  3  daemon unreachable
  4  try again: another change or the time limit came first

Environment:
  DNVME_SOCKET  as --socket
  NO_COLOR      if set, no colours)";

constexpr unsigned max_timeout_seconds = 86400;

Result<OutputFormat> parse_format(const std::string& text) {
    if (text == "table") {
        return OutputFormat::table;
    }
    if (text == "json") {
        return OutputFormat::json;
    }
    return fail(Code::invalid, fmt::format("'{}' is no format: choose table or json", text));
}

Result<std::optional<std::chrono::seconds>> parse_timeout(const std::string& text) {
    const auto seconds = parse_number(text);
    if (!seconds || *seconds == 0 || *seconds > max_timeout_seconds) {
        return fail(Code::invalid, fmt::format("'{}' is no time limit: give 1 to {} seconds", text,
                                               max_timeout_seconds));
    }
    return std::chrono::seconds(*seconds);
}

void add_output_options(CLI::App& app, GlobalOptions& options) {
    add_parsed(app, "-o,--output", options.output, "How to print: table (usual) or json",
               parse_format)
        ->type_name("FORMAT");
    app.add_flag("--no-headers", options.no_headers, "Tables without the line of headers");
    app.add_flag("-q,--quiet", options.quiet, "Lists of names; no word about what was done");
    app.add_flag("-v,--verbose", options.verbose, "A line for each step of a change");
}

void add_daemon_options(CLI::App& app, GlobalOptions& options) {
    app.add_option("--socket", options.socket, fmt::format("Socket of dnvmed ({})", default_socket))
        ->type_name("PATH")
        ->envname("DNVME_SOCKET");
    add_parsed(
        app, "--timeout", options.timeout,
        fmt::format("Wait this long ({}; changes {})", kAskTimeout.count(), kChangeTimeout.count()),
        parse_timeout)
        ->type_name("SECONDS");
}

void add_noun(CLI::App& app, const std::string& name, const std::string& description) {
    app.add_subcommand(name, description)->require_subcommand(1);
}

void add_verbs(CLI::App& app, CommandLine& line) {
    add_node_create(*app.get_subcommand("node"), line);
    add_disk_create(*app.get_subcommand("disk"), line);
    add_volume_create(*app.get_subcommand("volume"), line);
    add_host_create(*app.get_subcommand("host"), line);
    add_list(app, line);
    add_show(app, line);
    add_node_set(*app.get_subcommand("node"), line);
    add_disk_set(*app.get_subcommand("disk"), line);
    add_disk_replace(*app.get_subcommand("disk"), line);
    add_volume_attach(*app.get_subcommand("volume"), line);
    add_volume_detach(*app.get_subcommand("volume"), line);
    add_volume_activate(*app.get_subcommand("volume"), line);
    add_host_connect(*app.get_subcommand("host"), line);
    add_volume_rename(*app.get_subcommand("volume"), line);
    add_volume_resize(*app.get_subcommand("volume"), line);
    add_head_set(*app.get_subcommand("head"), line);
    add_delete(app, line);
    add_head_create(*app.get_subcommand("head"), line);
    add_path_create(*app.get_subcommand("path"), line);
    add_path_list(*app.get_subcommand("path"), line);
    add_path_show(*app.get_subcommand("path"), line);
    add_path_set(*app.get_subcommand("path"), line);
    add_path_activate(*app.get_subcommand("path"), line);
    add_path_delete(*app.get_subcommand("path"), line);
    add_failover_show(*app.get_subcommand("failover"), line);
    add_cluster_show(*app.get_subcommand("cluster"), line);
    add_cluster_backup(*app.get_subcommand("cluster"), line);
    add_cluster_restore(*app.get_subcommand("cluster"), line);
    add_cluster_migrate_store(*app.get_subcommand("cluster"), line);
    add_status(app, line);
    add_events(app, line);
    add_info(app, line);
}

void set_help_style(CLI::App& app) {
    app.get_formatter()->column_width(24);
    app.get_formatter()->label("SUBCOMMAND", "COMMAND");
    app.get_formatter()->label("Subcommands", "Commands");
    app.get_formatter()->label("Positionals", "Arguments");
    app.get_formatter()->label("REQUIRED", "(required)");
}

}  // namespace

void build(CLI::App& app, CommandLine& line) {
    set_help_style(app);
    app.require_subcommand(1);
    app.fallthrough();  // inherited: global options may stand behind the verb
    add_noun(app, "node", "Servers that run dnvmed");
    add_noun(app, "disk", "Disks given to dnvme");
    add_noun(app, "volume", "What hosts see as a disk");
    add_noun(app, "host", "Consumers of volumes");
    add_noun(app, "head", "Disks of this node over several paths");
    add_noun(app, "path", "Paths of heads");
    add_noun(app, "failover", "Changes of owner from one node to another");
    add_noun(app, "cluster", "All records, and the store that keeps them");
    add_verbs(app, line);
    // What follows is not inherited.
    app.footer(footer);
    app.set_version_flag("--version", fmt::format("dnvmectl {}", version()),
                         "Print the version and exit");
    add_output_options(app, line.options);
    add_daemon_options(app, line.options);
}

}  // namespace dnvme::ctl
