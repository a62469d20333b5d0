// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "model/cluster.h"
#include "store/statuses.h"
#include "store/store.h"

/// Records as the store keeps them: protobuf behind keys "/dnvme/<kind>s/<name>" and
/// "/dnvme/cluster".
namespace dnvme::store {

/// The newest version of records that this build reads and writes: see v1::Record.
inline constexpr std::uint32_t kSchemaVersion = 5;

/// All records, with the revisions that a compare-and-swap needs, and what the daemons say.
struct Loaded {
    std::int64_t revision = 0;  ///< of the store
    model::Cluster cluster;
    std::map<std::string, std::int64_t> revisions;  ///< key of a record -> mod_revision
    Statuses statuses;
};

/// Reads every record; makes the cluster record if the store is new. Errors: precondition (a
/// record of a newer schema, a damaged record, a key that does not fit its record: names the key).
Result<Loaded> load(Store& store);

/// The same of a list of all records, as they are. Pure.
Result<Loaded> decode_all(const Snapshot& snapshot);
/// A record in its place in the model. Pure.
void put(model::Cluster& cluster, const v1::Record& record);

std::string key_of(const v1::Node& node);
std::string key_of(const v1::Disk& disk);
std::string key_of(const v1::Volume& volume);
std::string key_of(const v1::Host& host);
std::string key_of(const v1::Head& head);

/// Writes records over the revisions that @p loaded saw, all or none.
class Change {
  public:
    explicit Change(const Loaded& loaded) : loaded_(loaded) {}
    Change& put(const v1::Node& node);
    Change& put(const v1::Disk& disk);
    Change& put(const v1::Volume& volume);
    Change& put(const v1::Host& host);
    Change& put(const v1::Head& head);
    Change& erase(const std::string& key);
    /// One more condition, of a key that is no record.
    Change& require(Compare condition);
    /// Errors as Store::transact().
    Status commit(Store& store);
    /// Of the store, by commit().
    [[nodiscard]] std::int64_t revision() const { return revision_; }

  private:
    void write(const std::string& key, std::optional<std::string> value);

    const Loaded& loaded_;
    std::vector<Compare> compares_;
    std::vector<Write> writes_;
    std::int64_t revision_ = 0;
};

}  // namespace dnvme::store
