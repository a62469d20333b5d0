// SPDX-License-Identifier: Apache-2.0
#include "store/records.h"

#include <algorithm>

#include "base/uuid.h"
#include "store/codec.h"
#include "store/notes.h"

namespace dnvme::store {

namespace {

/// A daemon may have taken its place before there is a cluster. A note says that there was one.
bool has_records(const Snapshot& snapshot) {
    return std::ranges::any_of(snapshot.entries, [](const Entry& entry) {
        return is_record(entry.key) || is_note(entry.key);
    });
}

/// Two daemons may meet here with etcd: the one that loses reads what the other wrote.
Status create_cluster(Store& store) {
    v1::Cluster cluster;
    cluster.set_uuid(make_uuid());
    const auto written = store.transact({{.key = kClusterKey, .mod_revision = 0}},
                                        {{.key = kClusterKey, .value = encode(cluster)}});
    if (!written && written.error().code() != Code::conflict) {
        return pass(written.error(), "create the cluster record");
    }
    return {};
}

}  // namespace

void put(model::Cluster& cluster, const v1::Record& record) {
    switch (record.body_case()) {
        case v1::Record::kCluster:
            cluster.self = record.cluster();
            break;
        case v1::Record::kNode:
            cluster.nodes[record.node().name()] = record.node();
            break;
        case v1::Record::kDisk:
            cluster.disks[record.disk().name()] = record.disk();
            break;
        case v1::Record::kVolume:
            cluster.volumes[record.volume().name()] = record.volume();
            break;
        case v1::Record::kHost:
            cluster.hosts[record.host().name()] = record.host();
            break;
        case v1::Record::kHead:
            cluster.heads[record.head().name()] = record.head();
            break;
        case v1::Record::BODY_NOT_SET:
            break;  // decode() refuses it
    }
}

Result<Loaded> decode_all(const Snapshot& snapshot) {
    Loaded loaded{.revision = snapshot.revision, .cluster = {}, .revisions = {}, .statuses = {}};
    for (const Entry& entry : snapshot.entries) {
        if (is_note(entry.key)) {
            continue;
        }
        if (!is_record(entry.key)) {
            take(entry, loaded.statuses);
            continue;
        }
        auto record = decode(entry);
        if (!record) {
            return pass(record.error());
        }
        put(loaded.cluster, *record);
        loaded.revisions[entry.key] = entry.mod_revision;
    }
    return loaded;
}

Result<Loaded> load(Store& store) {
    auto snapshot = store.list(kRoot);
    if (snapshot && !has_records(*snapshot)) {
        if (auto created = create_cluster(store); !created) {
            return pass(created.error());
        }
        snapshot = store.list(kRoot);
    }
    if (!snapshot) {
        return pass(snapshot.error());
    }
    auto loaded = decode_all(*snapshot);
    if (loaded && !loaded->revisions.contains(kClusterKey)) {
        return fail(
            Code::precondition,
            "store key '/dnvme/cluster' is missing while others are there: repeat the restore "
            "or the move that was interrupted, or put back the last backup");
    }
    return loaded;
}

Change& Change::put(const v1::Node& node) {
    write(key_of(node), encode(node));
    return *this;
}

Change& Change::put(const v1::Disk& disk) {
    write(key_of(disk), encode(disk));
    return *this;
}

Change& Change::put(const v1::Volume& volume) {
    write(key_of(volume), encode(volume));
    return *this;
}

Change& Change::put(const v1::Host& host) {
    write(key_of(host), encode(host));
    return *this;
}

Change& Change::put(const v1::Head& head) {
    write(key_of(head), encode(head));
    return *this;
}

Change& Change::erase(const std::string& key) {
    write(key, std::nullopt);
    return *this;
}

Change& Change::require(Compare condition) {
    compares_.push_back(std::move(condition));
    return *this;
}

Status Change::commit(Store& store) {
    const auto revision = store.transact(compares_, writes_);
    if (!revision) {
        return pass(revision.error());
    }
    revision_ = *revision;
    return {};
}

void Change::write(const std::string& key, std::optional<std::string> value) {
    const auto known = loaded_.revisions.find(key);
    const std::int64_t revision = known == loaded_.revisions.end() ? 0 : known->second;
    compares_.push_back({.key = key, .mod_revision = revision});
    writes_.push_back({.key = key, .value = std::move(value)});
}

}  // namespace dnvme::store
