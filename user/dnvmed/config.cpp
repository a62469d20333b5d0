// SPDX-License-Identifier: Apache-2.0
#include "config.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <climits>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/un.h>
#include <toml++/toml.h>
#include <unistd.h>

#include "model/names.h"

namespace dnvme::daemon {

namespace {

constexpr std::array kLogLevels = {"debug", "info", "warning", "error"};
constexpr std::array kStoreKinds = {"sqlite", "etcd"};
// Three portals a node, 16384 ids each, below 65536: see plan::Settings::port_id.
constexpr std::int64_t kMaxFirstPortId = 16384;
constexpr std::int64_t kMaxDrainMs = 60000;
// A shorter one would end with every short pause of the machine or of etcd.
constexpr std::int64_t kMinLease = 3;
constexpr std::int64_t kMaxLease = 600;
constexpr std::int64_t kMaxPatience = 86400;

/// Takes one value into the configuration; says what it expected, or nothing if it was that.
using Take = std::function<std::optional<std::string>(const toml::node& value, Config& config)>;

struct Key {
    std::string_view table;
    std::string_view name;
    Take take;
};

std::optional<std::string> take_text(const toml::node& value, std::string& text) {
    const auto words = value.value_exact<std::string>();
    if (!words || words->empty()) {
        return "a string that is not empty";
    }
    text = *words;
    return std::nullopt;
}

Take text(std::string Config::*member) {
    return [member](const toml::node& value, Config& config) {
        return take_text(value, config.*member);
    };
}

Take text(std::string StoreConfig::*member) {
    return [member](const toml::node& value, Config& config) {
        return take_text(value, config.store.*member);
    };
}

std::optional<std::string> take_endpoints(const toml::node& value, Config& config) {
    constexpr const char* expected = "an array of strings that are not empty";
    config.store.endpoints.clear();
    if (!value.is_array() || value.as_array()->empty()) {
        return expected;
    }
    for (const toml::node& element : *value.as_array()) {
        if (take_text(element, config.store.endpoints.emplace_back())) {
            return expected;
        }
    }
    return std::nullopt;
}

template <class Number>
Take number(Number Config::*member, std::int64_t least, std::int64_t most) {
    return [=](const toml::node& value, Config& config) -> std::optional<std::string> {
        const auto found = value.value_exact<std::int64_t>();
        if (!found || *found < least || *found > most) {
            return fmt::format("a number from {} to {}", least, most);
        }
        config.*member = static_cast<Number>(*found);
        return std::nullopt;
    };
}

Take yes_or_no(bool Config::*member) {
    return [member](const toml::node& value, Config& config) -> std::optional<std::string> {
        const auto found = value.value_exact<bool>();
        if (!found) {
            return "true or false";
        }
        config.*member = *found;
        return std::nullopt;
    };
}

const std::vector<Key>& keys() {
    static const std::vector<Key> all = {
        {"node", "name", text(&Config::node)},
        {"node", "lease_s", number(&Config::lease_s, kMinLease, kMaxLease)},
        {"api", "socket", text(&Config::socket)},
        {"store", "kind", text(&StoreConfig::kind)},
        {"store", "path", text(&StoreConfig::path)},
        {"store", "endpoints", take_endpoints},
        {"store", "ca", text(&StoreConfig::ca)},
        {"store", "cert", text(&StoreConfig::cert)},
        {"store", "key", text(&StoreConfig::key)},
        {"store", "user", text(&StoreConfig::user)},
        {"store", "password_file", text(&StoreConfig::password_file)},
        {"export", "first_port_id", number(&Config::first_port_id, 1, kMaxFirstPortId)},
        {"gate", "drain_ms", number(&Config::drain_ms, 1, kMaxDrainMs)},
        {"member", "patience_s", number(&Config::patience_s, 0, kMaxPatience)},
        {"failover", "automatic", yes_or_no(&Config::automatic)},
        {"log", "level", text(&Config::log_level)},
    };
    return all;
}

tl::unexpected<Error> refuse(const std::string& path, const toml::source_region& where,
                             const std::string& why) {
    return fail(Code::invalid, fmt::format("{}:{}: {}", path, where.begin.line, why));
}

Status take_key(std::string_view table, const toml::key& name, const toml::node& value,
                const std::string& path, Config& config) {
    const auto key = std::ranges::find_if(
        keys(), [&](const Key& k) { return k.table == table && k.name == name.str(); });
    if (key == keys().end()) {
        return refuse(path, name.source(),
                      fmt::format("unknown key '{}.{}': see dnvmed.toml(5) for those that exist",
                                  table, name.str()));
    }
    if (const auto expected = key->take(value, config)) {
        return refuse(path, value.source(),
                      fmt::format("{}.{} must be {}", table, name.str(), *expected));
    }
    return {};
}

bool is_table_of_ours(std::string_view name) {
    return std::ranges::any_of(keys(), [&](const Key& key) { return key.table == name; });
}

Status take_table(const toml::key& name, const toml::node& value, const std::string& path,
                  Config& config) {
    if (!is_table_of_ours(name.str()) || !value.is_table()) {
        return refuse(path, name.source(),
                      fmt::format("unknown section or key '{}': see dnvmed.toml(5) for those that "
                                  "exist",
                                  name.str()));
    }
    for (const auto& [key, entry] : *value.as_table()) {
        if (auto taken = take_key(name.str(), key, entry, path, config); !taken) {
            return taken;
        }
    }
    return {};
}

Result<std::string> host_name() {
    std::array<char, HOST_NAME_MAX + 1> buffer{};
    if (gethostname(buffer.data(), buffer.size() - 1) != 0) {
        return fail_errno(errno, "read the host's name");
    }
    std::string name(buffer.data());
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    if (!model::check_name("node", name)) {
        return fail(Code::invalid,
                    fmt::format("the host's name '{}' cannot be a node's name: set node.name in "
                                "dnvmed.toml or give --node",
                                name));
    }
    return name;
}

Status check_socket(const std::string& path) {
    constexpr std::size_t most = sizeof(sockaddr_un::sun_path) - 1;
    if (!path.starts_with('/') || path.size() > most) {
        return fail(Code::invalid,
                    fmt::format("api.socket '{}' must be an absolute path of at most {} bytes",
                                path, most));
    }
    return {};
}

bool has_etcd_keys(const StoreConfig& store) {
    return !store.endpoints.empty() ||
           std::ranges::any_of(
               std::array{store.ca, store.cert, store.key, store.user, store.password_file},
               [](const std::string& value) { return !value.empty(); });
}

Status check_store(const StoreConfig& store) {
    if (std::ranges::find(kStoreKinds, store.kind) == kStoreKinds.end()) {
        return fail(Code::invalid, fmt::format("store.kind '{}' must be one of {}", store.kind,
                                               fmt::join(kStoreKinds, ", ")));
    }
    if (store.kind == "sqlite") {
        return has_etcd_keys(store)
                   ? fail(Code::invalid,
                          "store.kind is 'sqlite', which has nothing but store.path: "
                          "set it to 'etcd', or remove the other keys")
                   : Status();
    }
    if (store.endpoints.empty()) {
        return fail(Code::invalid, "store.kind is 'etcd': name its members in store.endpoints");
    }
    if (store.cert.empty() != store.key.empty()) {
        return fail(Code::invalid, "store.cert and store.key are needed together");
    }
    if (store.user.empty() != store.password_file.empty()) {
        return fail(Code::invalid, "store.user and store.password_file are needed together");
    }
    return {};
}

}  // namespace

Result<Config> parse_config(std::string_view content, const std::string& path) try {
    Config config;
    for (const auto& [name, value] : toml::parse(content, path)) {
        if (auto taken = take_table(name, value, path, config); !taken) {
            return pass(taken.error());
        }
    }
    return config;
} catch (const toml::parse_error& error) {
    return refuse(path, error.source(), std::string(error.description()));
}

Result<Config> load_config(const std::string& path, bool required) {
    std::ifstream file(path);
    if (!file) {
        const int reason = errno;
        if (reason == ENOENT && !required) {
            return Config{};
        }
        return fail_errno(reason, fmt::format("read {}", path));
    }
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    return parse_config(content, path);
}

Status resolve(Config& config) {
    if (config.node.empty()) {
        auto name = host_name();
        if (!name) {
            return pass(name.error());
        }
        config.node = *name;
    }
    if (auto named = model::check_name("node", config.node); !named) {
        return named;
    }
    if (std::ranges::find(kLogLevels, config.log_level) == kLogLevels.end()) {
        return fail(Code::invalid, fmt::format("log.level '{}' must be one of {}", config.log_level,
                                               fmt::join(kLogLevels, ", ")));
    }
    if (auto usable = check_store(config.store); !usable) {
        return usable;
    }
    return check_socket(config.socket);
}

}  // namespace dnvme::daemon
