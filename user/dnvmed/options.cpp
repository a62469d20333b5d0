// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <CLI/CLI.hpp>

#include "base/version.h"

namespace dnvme::daemon {

namespace {

void overlay(const std::optional<std::string>& given, std::string& value) {
    if (given) {
        value = *given;
    }
}

}  // namespace

std::optional<int> parse_options(int argc, char** argv, Options& options) {
    CLI::App app{"Runs the volumes of one node of dnvme.", "dnvmed"};
    app.set_version_flag("--version", "dnvmed " + std::string(version()));
    app.add_option("--config", options.config, "Configuration file")->type_name("FILE");
    app.add_option("--socket", options.socket, "Unix socket of the API")->type_name("PATH");
    app.add_option("--store", options.store, "SQLite file of the store")->type_name("PATH");
    app.add_option("--node", options.node, "Name of this node")->type_name("NAME");
    app.add_option("--log-level", options.log_level, "debug, info, warning or error")
        ->type_name("LEVEL");
    app.add_flag("--sim", options.simulate,
                 "Serve the API on a simulated machine; needs no root and keeps nothing");
    app.add_flag("--check-config", options.check_config, "Check the configuration and exit");
    try {
        app.parse(argc, argv);
        return std::nullopt;
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 1;
    }
}

Result<Config> effective_config(const Options& options) {
    auto config = load_config(options.config.value_or(kConfigPath), options.config.has_value());
    if (!config) {
        return config;
    }
    if (options.simulate) {
        config->store = {.kind = "sqlite", .path = ":memory:"};
    }
    if (options.store) {
        config->store = {.kind = "sqlite", .path = *options.store};
    }
    overlay(options.socket, config->socket);
    overlay(options.node, config->node);
    overlay(options.log_level, config->log_level);
    if (auto resolved = resolve(*config); !resolved) {
        return pass(resolved.error());
    }
    return config;
}

}  // namespace dnvme::daemon
