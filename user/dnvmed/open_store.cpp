// SPDX-License-Identifier: Apache-2.0
#include "open_store.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "store/codec.h"
#include "store/etcd.h"
#include "store/moved.h"
#include "store/notes.h"

namespace dnvme::daemon {

namespace {

/// The first line.
Result<std::string> read_password(const std::string& path) {
    std::ifstream file(path);
    std::string password;
    if (!file || !std::getline(file, password) || password.empty()) {
        return fail(Code::invalid,
                    fmt::format("store.password_file {} cannot be read, or its first line, which "
                                "is the password, is empty",
                                path));
    }
    return password;
}

Result<std::unique_ptr<store::Store>> open_etcd(const Config& config) {
    store::EtcdOptions options{.endpoints = config.store.endpoints,
                               .client = config.node,
                               .ca_file = config.store.ca,
                               .cert_file = config.store.cert,
                               .key_file = config.store.key,
                               .user = config.store.user};
    if (!options.user.empty()) {
        auto password = read_password(config.store.password_file);
        if (!password) {
            return pass(password.error());
        }
        options.password = std::move(*password);
    }
    return store::open_etcd(options);
}

/// Nobody would restore a store through a daemon that does not start.
bool awaits_restore(store::WitnessedStore& store) {
    const auto present = store.look();
    return present && store::find_entry(*present, store::kClusterKey) == nullptr;
}

/// What can be refused is refused at the start, where everybody sees it.
Status look(store::WitnessedStore& store) {
    const auto listed = store.list(store::kRoot);
    if (listed) {
        return {};
    }
    if (listed.error().code() == Code::unavailable || awaits_restore(store)) {
        spdlog::warn("{}", listed.error().message());
        return {};
    }
    return pass(listed.error(), "store");
}

}  // namespace

std::string witness_path(const StoreConfig& store) {
    if (store.kind == "etcd") {
        return std::filesystem::path(store.path).parent_path() / "etcd.seen";
    }
    return store.path == ":memory:" ? "" : store.path + ".seen";
}

Result<std::unique_ptr<store::Store>> open_bare_store(const Config& config) {
    if (config.store.kind == "etcd") {
        return open_etcd(config);
    }
    auto store = store::open_sqlite(config.store.path);
    if (!store) {
        return store;
    }
    return store::with_moved_check(std::move(*store));
}

Result<std::unique_ptr<store::WitnessedStore>> open_store(const Config& config) {
    auto store = open_bare_store(config);
    if (!store) {
        return pass(store.error());
    }
    auto witnessed =
        std::make_unique<store::WitnessedStore>(std::move(*store), witness_path(config.store));
    if (auto looked = look(*witnessed); !looked) {
        return pass(looked.error());
    }
    return witnessed;
}

}  // namespace dnvme::daemon
