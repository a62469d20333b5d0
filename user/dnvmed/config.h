// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace dnvme::daemon {

inline constexpr const char* kConfigPath = "/etc/dnvme/dnvmed.toml";

/// Where the store is; the rest is for kind "etcd" only.
struct StoreConfig {
    std::string kind = "sqlite";  ///< or "etcd"
    std::string path = "/var/lib/dnvme/store.db";
    std::vector<std::string> endpoints{};
    std::string ca{};
    std::string cert{};
    std::string key{};
    std::string user{};
    std::string password_file{};
};

/// What dnvmed.toml and the command line say; documented in dnvmed.toml(5). A value.
struct Config {
    std::string node;  ///< empty until resolve_node(): the host's name
    std::string socket = "/run/dnvme/dnvmed.sock";
    StoreConfig store;
    std::uint32_t lease_s = 10;
    std::uint16_t first_port_id = 1;
    std::uint32_t drain_ms = 3000;
    std::uint32_t patience_s = 30;
    bool automatic = true;  ///< as leader, give volumes of lost nodes another owner
    std::string log_level = "info";
};

/// Parses the text of a configuration file. Unknown keys, wrong types and values out of range are
/// errors (invalid) that name @p path and the line.
Result<Config> parse_config(std::string_view text, const std::string& path);

/// Reads @p path. A missing file means the defaults, unless @p required.
Result<Config> load_config(const std::string& path, bool required);

/// Fills in the host's name where no node name was given, and checks what the command line may
/// have overridden: node name, length of the socket's path, log level, what the store needs.
Status resolve(Config& config);

}  // namespace dnvme::daemon
