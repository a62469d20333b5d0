// SPDX-License-Identifier: Apache-2.0
#include "archive.h"

#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "open_store.h"
#include "store/backup.h"
#include "store/codec.h"
#include "store/moved.h"
#include "store/notes.h"
#include "store/records.h"
#include "store/restore.h"
#include "store/transfer.h"

namespace dnvme::daemon {

namespace {

std::string now() {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

store::Limits limits_of(const StoreConfig& store) {
    return store.kind == "etcd" ? store::kEtcdLimits : store::kNoLimits;
}

void count(const model::Cluster& cluster, v1::ClusterView& view) {
    view.set_nodes(static_cast<std::uint32_t>(cluster.nodes.size()));
    view.set_disks(static_cast<std::uint32_t>(cluster.disks.size()));
    view.set_volumes(static_cast<std::uint32_t>(cluster.volumes.size()));
    view.set_hosts(static_cast<std::uint32_t>(cluster.hosts.size()));
    view.set_heads(static_cast<std::uint32_t>(cluster.heads.size()));
}

v1::RestoreResult result_of(const store::Backup& backup, const store::Restoration& restoration) {
    v1::RestoreResult result;
    *result.mutable_backup() = backup.header;
    result.mutable_actions()->Assign(restoration.actions.begin(), restoration.actions.end());
    result.set_added(static_cast<std::uint32_t>(restoration.added));
    result.set_kept(static_cast<std::uint32_t>(restoration.kept));
    return result;
}

/// The store that another configuration of this daemon names.
Result<Config> target_of(const v1::MigrateStoreRequest& request, const Config& present) {
    auto config = parse_config(request.config(), request.config_path());
    if (!config) {
        return config;
    }
    if (config->node.empty()) {
        config->node = present.node;
    }
    if (auto resolved = resolve(*config); !resolved) {
        return pass(resolved.error(), request.config_path());
    }
    if (config->node != present.node) {
        return fail(Code::invalid,
                    fmt::format("{} is for node '{}', and this daemon runs node '{}'",
                                request.config_path(), config->node, present.node));
    }
    return config;
}

Status check_direction(const StoreConfig& from, const StoreConfig& to) {
    if (from.kind != "sqlite") {
        return fail(Code::precondition,
                    "the store is in etcd already: to go elsewhere, stop all daemons, and use "
                    "'dnvmectl cluster backup' and 'restore'");
    }
    if (to.kind != "etcd") {
        return fail(Code::invalid,
                    "the new configuration names no etcd: set store.kind and store.endpoints");
    }
    return {};
}

v1::MigrateResult result_of(const StoreConfig& from, const StoreConfig& to, std::size_t records) {
    v1::MigrateResult result;
    result.set_from(name_of(from));
    result.set_to(name_of(to));
    result.set_records(static_cast<std::uint32_t>(records));
    result.add_actions(
        fmt::format("copy {} records from {} to {}", records, result.from(), result.to()));
    result.add_actions("compare them, record by record");
    result.add_actions(fmt::format("end {}: it takes no more changes", result.from()));
    return result;
}

/// What this node has seen of another etcd would have the next start refuse the new one, when the
/// old one has ended.
Status check_witness_of(const StoreConfig& to, store::WitnessedStore& from) {
    const auto listed = from.list(store::kRoot);
    if (!listed) {
        return pass(listed.error());
    }
    const std::string path = witness_path(to);
    const auto seen = store::read_witness(path);
    if (!seen) {
        return pass(seen.error());
    }
    if (auto fits = store::check_witness(*seen, store::witness_of(*listed)); !fits) {
        return pass(fits.error(), fmt::format("{} is of another etcd, remove it if that one is "
                                              "not used any more",
                                              path));
    }
    return {};
}

Status move(store::WitnessedStore& from, store::Store& to, const StoreConfig& target) {
    const auto copied = store::copy_records(from, to, limits_of(target));
    if (!copied) {
        return pass(copied.error());
    }
    return store::mark_moved(from, *copied, name_of(target));
}

}  // namespace

std::string name_of(const StoreConfig& store) {
    return store.kind == "etcd" ? fmt::format("etcd at {}", fmt::join(store.endpoints, " "))
                                : fmt::format("store {}", store.path);
}

Result<v1::ClusterView> Archive::show() {
    const auto listed = store_.list(store::kRoot);
    if (!listed) {
        return pass(listed.error());
    }
    const auto loaded = store::decode_all(*listed);
    if (!loaded) {
        return pass(loaded.error());
    }
    v1::ClusterView view;
    view.set_uuid(loaded->cluster.self.uuid());
    view.set_store_kind(config_.store.kind);
    view.set_store(config_.store.kind == "etcd"
                       ? fmt::format("{}", fmt::join(config_.store.endpoints, " "))
                       : config_.store.path);
    view.set_revision(static_cast<std::uint64_t>(store::total_revision(*listed)));
    count(loaded->cluster, view);
    return view;
}

Result<BackupFile> Archive::back_up() {
    const auto listed = store_.list(store::kRoot);
    if (!listed) {
        return pass(listed.error());
    }
    const auto backup = store::take_backup(*listed, now());
    if (!backup) {
        return pass(backup.error());
    }
    return BackupFile{.header = backup->header, .bytes = store::encode(*backup)};
}

Result<v1::RestoreResult> Archive::restore(std::string_view file,
                                           const v1::RestoreOptions& options) {
    const auto backup = store::decode_backup(file);
    if (!backup) {
        return pass(backup.error());
    }
    auto present = store_.look();
    if (!present) {
        return pass(present.error());
    }
    auto seen = store_.seen();
    if (!seen) {
        return pass(seen.error());
    }
    const auto restoration =
        store::plan_restore({.now = std::move(*present), .seen = std::move(*seen)}, *backup,
                            {.force = options.force(), .limits = limits_of(config_.store)});
    if (!restoration) {
        return pass(restoration.error());
    }
    if (auto put = options.dry_run() ? Status() : put_back(restoration->steps); !put) {
        return pass(put.error());
    }
    return result_of(*backup, *restoration);
}

Status Archive::put_back(const std::vector<store::Step>& steps) {
    if (auto written = store::write_steps(store_, steps, limits_of(config_.store)); !written) {
        return pass(written.error(), "not all is restored: repeat it");
    }
    spdlog::info("the store was restored from a backup");
    return store_.believe();
}

Result<v1::MigrateResult> Archive::migrate(const v1::MigrateStoreRequest& request) {
    const auto target = target_of(request, config_);
    if (!target) {
        return pass(target.error());
    }
    if (auto possible = check_direction(config_.store, target->store); !possible) {
        return pass(possible.error());
    }
    if (auto fits = check_witness_of(target->store, store_); !fits) {
        return pass(fits.error());
    }
    const auto to = open_bare_store(*target);
    if (!to) {
        return pass(to.error());
    }
    const auto records = store::check_copy(store_, **to);
    if (!records) {
        return pass(records.error());
    }
    if (request.dry_run()) {
        return result_of(config_.store, target->store, *records);
    }
    if (auto moved = move(store_, **to, target->store); !moved) {
        return pass(moved.error());
    }
    spdlog::warn("the store has moved to {}: start dnvmed with that one", name_of(target->store));
    return result_of(config_.store, target->store, *records);
}

}  // namespace dnvme::daemon
