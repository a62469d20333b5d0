// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config.h"
#include "dnvme/v1/api.pb.h"
#include "store/batches.h"
#include "store/witnessed_store.h"

namespace dnvme::daemon {

/// A backup, as it goes over the API.
struct BackupFile {
    v1::BackupHeader header;
    std::string bytes;
};

/// The store as a whole: shows, backs up, restores and moves it. State thread only.
class Archive {
  public:
    /// @p store outlives this, and is the one that @p config names.
    Archive(store::WitnessedStore& store, const Config& config) : store_(store), config_(config) {}

    Result<v1::ClusterView> show();
    Result<BackupFile> back_up();
    /// Errors: those of decode_backup(), plan_restore() and Store.
    Result<v1::RestoreResult> restore(std::string_view file, const v1::RestoreOptions& options);
    /// From SQLite to etcd. This daemon then refuses everything until it is started with the new
    /// configuration. Errors: invalid (the configuration), precondition (the store is no SQLite, or
    /// there are other records where it goes to), those of Store.
    Result<v1::MigrateResult> migrate(const v1::MigrateStoreRequest& request);

  private:
    Status put_back(const std::vector<store::Step>& steps);

    store::WitnessedStore& store_;
    const Config config_;
};

/// "store /var/lib/dnvme/store.db" or "etcd at http://192.0.2.1:2379".
std::string name_of(const StoreConfig& store);

}  // namespace dnvme::daemon
