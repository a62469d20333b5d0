// SPDX-License-Identifier: Apache-2.0
#include "store/transfer.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "store/codec.h"
#include "store/notes.h"

namespace dnvme::store {

namespace {

/// What is copied, and what is where it goes to.
struct Both {
    Snapshot from;
    std::vector<Entry> records;  ///< of from; the cluster's at the end
    std::string cluster_uuid;
    Snapshot to;
};

Result<std::string> uuid_of(const Entry& cluster) {
    const auto record = decode(cluster);
    if (!record) {
        return pass(record.error());
    }
    return record->cluster().uuid();
}

Result<Both> list_both(Store& from, Store& to) {
    auto source = from.list(kRoot);
    if (!source) {
        return pass(source.error());
    }
    auto records = records_of(*source);
    if (!records) {
        return pass(records.error());
    }
    auto uuid = uuid_of(records->back());
    if (!uuid) {
        return pass(uuid.error());
    }
    auto target = to.list(kRoot);
    if (!target) {
        return pass(target.error());
    }
    return Both{.from = std::move(*source),
                .records = std::move(*records),
                .cluster_uuid = std::move(*uuid),
                .to = std::move(*target)};
}

/// The first @p count records are all that is there, byte by byte.
bool arrived(const std::vector<Entry>& records, std::size_t count, const Snapshot& to) {
    std::map<std::string, std::string> there;
    for (const Entry& entry : to.entries) {
        if (!is_note(entry.key) && entry.lease == kNoLease) {
            there[entry.key] = entry.value;
        }
    }
    return there.size() == count &&
           std::all_of(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(count),
                       [&](const Entry& record) {
                           const auto found = there.find(record.key);
                           return found != there.end() && found->second == record.value;
                       });
}

bool is_done(const Both& both) {
    return arrived(both.records, both.records.size(), both.to);
}

/// Nothing is there, or what an earlier attempt has left.
Status check_free(const Both& both) {
    const Entry* incoming = find_entry(both.to, kIncomingKey);
    const bool ours = incoming != nullptr && incoming->value == both.cluster_uuid;
    if (both.to.entries.empty() || ours) {
        return {};
    }
    return fail(Code::precondition,
                "the store to copy to has other records already: name an empty one, or, if nobody "
                "uses it, delete all its keys that begin with /dnvme/");
}

std::int64_t revision_in(const Snapshot& snapshot, const std::string& key) {
    const Entry* entry = find_entry(snapshot, key);
    return entry == nullptr ? 0 : entry->mod_revision;
}

/// Everything but the cluster's record; what an earlier attempt has left is overwritten or goes.
std::vector<Step> steps_of(const Both& both) {
    std::map<std::string, std::int64_t> there;
    for (const Entry& entry : both.to.entries) {
        there[entry.key] = entry.mod_revision;
    }
    std::vector<Step> steps{{.write = {.key = kIncomingKey, .value = both.cluster_uuid},
                             .mod_revision = there[kIncomingKey]}};
    there.erase(kIncomingKey);
    for (auto record = both.records.begin(); record != both.records.end() - 1; ++record) {
        steps.push_back({.write = {.key = record->key, .value = record->value},
                         .mod_revision = there[record->key]});
        there.erase(record->key);
    }
    for (const auto& [key, revision] : there) {
        steps.push_back({.write = {.key = key, .value = std::nullopt}, .mod_revision = revision});
    }
    return steps;
}

Status verify(const Both& both, Store& to) {
    const auto now = to.list(kRoot);
    if (!now) {
        return pass(now.error());
    }
    if (!arrived(both.records, both.records.size() - 1, *now)) {
        return fail(Code::conflict,
                    "what arrived is not what was sent: somebody else writes to the store to copy "
                    "to; end that, and try again");
    }
    return {};
}

/// Makes the copy valid.
Status conclude(const Both& both, Store& to) {
    const auto now = to.list(kRoot);
    if (!now) {
        return pass(now.error());
    }
    const std::vector<Compare> compares{
        {.key = kIncomingKey, .mod_revision = revision_in(*now, kIncomingKey)},
        {.key = kClusterKey, .mod_revision = 0}};
    const auto written = to.transact(
        compares, {{.key = kIncomingKey, .value = std::nullopt},
                   {.key = kRevisionBaseKey, .value = std::to_string(total_revision(both.from))},
                   {.key = kClusterKey, .value = both.records.back().value}});
    return written ? Status() : pass(written.error());
}

Status copy(const Both& both, Store& to, Limits limits) {
    if (auto possible = check_free(both); !possible) {
        return possible;
    }
    if (auto written = write_steps(to, steps_of(both), limits); !written) {
        return written;
    }
    if (auto same = verify(both, to); !same) {
        return same;
    }
    return conclude(both, to);
}

}  // namespace

Result<Snapshot> copy_records(Store& from, Store& to, Limits limits) {
    auto both = list_both(from, to);
    if (!both) {
        return pass(both.error(), "copy the store");
    }
    if (!is_done(*both)) {
        if (auto copied = copy(*both, to, limits); !copied) {
            return pass(copied.error(), "copy the store");
        }
    }
    return std::move(both->from);
}

Result<std::size_t> check_copy(Store& from, Store& to) {
    const auto both = list_both(from, to);
    if (!both) {
        return pass(both.error(), "copy the store");
    }
    if (auto possible = is_done(*both) ? Status() : check_free(*both); !possible) {
        return pass(possible.error(), "copy the store");
    }
    return both->records.size();
}

}  // namespace dnvme::store
