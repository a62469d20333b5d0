// SPDX-License-Identifier: Apache-2.0
#include "store/restore.h"

#include <algorithm>

#include <fmt/format.h>

#include "model/controllers.h"
#include "store/codec.h"
#include "store/notes.h"
#include "store/records.h"
#include "store/restore_checks.h"

namespace dnvme::store {

namespace {

/// Where the backup goes to.
enum class Place {
    empty,  ///< no records, or those that an interrupted restore has left
    fresh,  ///< nothing but the cluster's record that a daemon makes when it starts
    live,   ///< records of a cluster
};

Place place_of(const Snapshot& now) {
    const auto records = records_of(now);
    if (!records) {
        return Place::empty;
    }
    return records->size() == 1 ? Place::fresh : Place::live;
}

std::int64_t revision_of(const Backup& backup) {
    return static_cast<std::int64_t>(backup.header.revision());
}

/// The newest revision of the backup's cluster that this node knows of; 0: of none.
std::int64_t newest_known(const Known& known, const Backup& backup) {
    const std::string& uuid = backup.header.cluster_uuid();
    std::int64_t newest = 0;
    if (known.seen.cluster_uuid == uuid) {
        newest = known.seen.revision;
    }
    if (witness_of(known.now).cluster_uuid == uuid) {
        newest = std::max(newest, total_revision(known.now));
    }
    return newest;
}

/// Nothing can have happened since that this node does not know.
bool is_newest(const Known& known, const Backup& backup) {
    const std::int64_t newest = newest_known(known, backup);
    return newest != 0 && revision_of(backup) >= newest;
}

Status check_force(const Known& known, const Backup& backup, Place place, bool force) {
    if (force) {
        return {};
    }
    if (place == Place::live) {
        return fail(Code::precondition,
                    "the store has records already: --force adds those that are missing, and "
                    "changes none that is there");
    }
    if (revision_of(backup) < newest_known(known, backup)) {
        return fail(
            Code::precondition,
            fmt::format("the backup is of revision {} and this node has seen {}: look for a "
                        "newer one; --force takes this one, which may have forgotten "
                        "volumes, and which members are stale",
                        revision_of(backup), newest_known(known, backup)));
    }
    return {};
}

/// Above all that anybody was told; never unformatted.
v1::Volume made_safe(v1::Volume volume, const Witness& seen) {
    const auto above = [&](const std::string& uuid, std::uint64_t epoch) {
        const auto told = seen.epochs.find(uuid);
        return model::next_epoch(told == seen.epochs.end() ? epoch : std::max(epoch, told->second));
    };
    volume.set_epoch(above(volume.uuid(), volume.epoch()));
    for (v1::Leg& leg : *volume.mutable_legs()) {
        leg.set_epoch(above(leg.uuid(), leg.epoch()));
        leg.set_formatted(true);
    }
    return volume;
}

std::vector<Entry> safe_records(const Known& known, const Backup& backup) {
    std::vector<Entry> records = backup.records;
    if (is_newest(known, backup)) {
        return records;
    }
    for (Entry& entry : records) {
        const auto record = decode(entry);
        if (record && record->has_volume()) {
            entry.value = encode(made_safe(record->volume(), known.seen));
        }
    }
    return records;
}

/// "volume v1" for "/dnvme/volumes/v1".
std::string words_of(const std::string& key) {
    if (key == kClusterKey) {
        return "the cluster's record";
    }
    const std::string rest = key.substr(std::string_view(kRoot).size());
    const auto slash = rest.find('/');
    return fmt::format("{} {}", rest.substr(0, slash - 1), rest.substr(slash + 1));
}

std::string sentence(const char* verb, const Entry& record) {
    const auto decoded = decode(record);
    const bool is_volume = decoded && decoded->has_volume();
    return fmt::format("{} {}{}", verb, words_of(record.key),
                       is_volume ? fmt::format(", epoch {}", decoded->volume().epoch()) : "");
}

void add(const Entry& record, Restoration& restoration) {
    restoration.steps.push_back({.write = {.key = record.key, .value = record.value}});
    restoration.actions.push_back(sentence("add", record));
    ++restoration.added;
}

void keep(const Entry& record, Restoration& restoration) {
    restoration.actions.push_back(fmt::format("keep {}", words_of(record.key)));
    ++restoration.kept;
}

void write_base(const Known& known, const Backup& backup, Restoration& restoration) {
    const std::int64_t base = std::max(revision_of(backup), newest_known(known, backup));
    const Entry* there = find_entry(known.now, kRevisionBaseKey);
    const Step step{.write = {.key = kRevisionBaseKey, .value = std::to_string(base)},
                    .mod_revision = there == nullptr ? 0 : there->mod_revision};
    restoration.steps.insert(restoration.steps.end() - 1, step);
}

/// What a restore that was interrupted has written already must be the same.
Result<Restoration> fill(const Known& known, const Backup& backup,
                         const std::vector<Entry>& records) {
    Restoration restoration;
    for (const Entry& record : records) {
        const Entry* there = find_entry(known.now, record.key);
        if (there != nullptr && there->value == record.value) {
            keep(record, restoration);
            continue;
        }
        if (there != nullptr) {
            return fail(Code::precondition,
                        fmt::format("store key '{}' is there and not as in the backup: repeat the "
                                    "restore that was interrupted with the same file, or begin "
                                    "anew with an empty store",
                                    record.key));
        }
        add(record, restoration);
    }
    write_base(known, backup, restoration);
    return restoration;
}

/// Where there is more than one transaction, the record that a daemon made for want of another goes
/// first, so that what is interrupted is no cluster yet.
Result<Restoration> replace(Known known, const Backup& backup, const std::vector<Entry>& records,
                            Limits limits) {
    const Entry self = *find_entry(known.now, kClusterKey);
    std::erase_if(known.now.entries, [](const Entry& e) { return e.key == kClusterKey; });
    auto restoration = fill(known, backup, records);
    if (!restoration) {
        return restoration;
    }
    if (fit_together(restoration->steps, limits)) {
        restoration->steps.back().mod_revision = self.mod_revision;
        return restoration;
    }
    restoration->steps.insert(
        restoration->steps.begin(),
        {.write = {.key = kClusterKey, .value = std::nullopt}, .mod_revision = self.mod_revision});
    return restoration;
}

Result<Restoration> merge(const Known& known, const std::vector<Entry>& records) {
    const auto loaded = decode_all(known.now);
    if (!loaded) {
        return pass(loaded.error());
    }
    Restoration restoration;
    model::Cluster cluster = loaded->cluster;
    for (const Entry& record : records) {
        const auto decoded = decode(record);
        if (!decoded) {
            return pass(decoded.error());
        }
        if (is_there(cluster, *decoded)) {
            keep(record, restoration);
            continue;
        }
        if (auto fits = check_fits(cluster, *decoded); !fits) {
            return pass(fits.error(), fmt::format("add {}", words_of(record.key)));
        }
        put(cluster, *decoded);
        add(record, restoration);
    }
    return restoration;
}

}  // namespace

Result<Restoration> plan_restore(const Known& known, const Backup& backup,
                                 const RestoreOptions& options) {
    const Place place = place_of(known.now);
    if (auto same = check_cluster(known, backup, place == Place::live); !same) {
        return pass(same.error());
    }
    if (auto wanted = check_force(known, backup, place, options.force); !wanted) {
        return pass(wanted.error());
    }
    const std::vector<Entry> records = safe_records(known, backup);
    switch (place) {
        case Place::empty:
            return fill(known, backup, records);
        case Place::fresh:
            return replace(known, backup, records, options.limits);
        case Place::live:
            return merge(known, records);
    }
    return fail(Code::internal, "no such place");
}

}  // namespace dnvme::store
