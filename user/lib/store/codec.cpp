// SPDX-License-Identifier: Apache-2.0
#include "store/codec.h"

#include <fmt/format.h>

#include "model/controllers.h"
#include "store/records.h"

namespace dnvme::store {

namespace {

/// What every reader understands.
constexpr std::uint32_t kFirstVersion = 1;
/// Volumes with standbys, and heads.
constexpr std::uint32_t kSecondVersion = 2;
/// Volumes that say how many members a leg has, and those on more than one node.
constexpr std::uint32_t kThirdVersion = 3;
/// Volumes that were resized.
constexpr std::uint32_t kFourthVersion = 4;
/// Volumes with controllers on several nodes.
constexpr std::uint32_t kFifthVersion = 5;

v1::Record empty_record(std::uint32_t version = kFirstVersion) {
    v1::Record record;
    record.set_schema_version(version);
    return record;
}

/// A member with a port is on another node than its volume, which then says where that is.
std::uint32_t version_of(const v1::Volume& volume) {
    if (model::are_apart(volume)) {
        return kFifthVersion;
    }
    if (!volume.legs().empty() && !volume.legs(0).earlier().empty()) {
        return kFourthVersion;
    }
    if (volume.members() != 0 || !volume.node().empty()) {
        return kThirdVersion;
    }
    return volume.standbys().empty() ? kFirstVersion : kSecondVersion;
}

/// The key that a record belongs behind; empty for a record without a body.
std::string key_of(const v1::Record& record) {
    switch (record.body_case()) {
        case v1::Record::kCluster:
            return kClusterKey;
        case v1::Record::kNode:
            return store::key_of(record.node());
        case v1::Record::kDisk:
            return store::key_of(record.disk());
        case v1::Record::kVolume:
            return store::key_of(record.volume());
        case v1::Record::kHost:
            return store::key_of(record.host());
        case v1::Record::kHead:
            return store::key_of(record.head());
        case v1::Record::BODY_NOT_SET:
            return {};
    }
    return {};
}

tl::unexpected<Error> refuse(const Entry& entry, const std::string& why) {
    return fail(Code::precondition, fmt::format("store key '{}': {}", entry.key, why));
}

}  // namespace

std::string key_of(const v1::Node& node) {
    return fmt::format("{}nodes/{}", kRoot, node.name());
}

std::string key_of(const v1::Disk& disk) {
    return fmt::format("{}disks/{}", kRoot, disk.name());
}

std::string key_of(const v1::Volume& volume) {
    return fmt::format("{}volumes/{}", kRoot, volume.name());
}

std::string key_of(const v1::Host& host) {
    return fmt::format("{}hosts/{}", kRoot, host.name());
}

std::string key_of(const v1::Head& head) {
    return fmt::format("{}heads/{}", kRoot, head.name());
}

std::string encode(const v1::Cluster& cluster) {
    v1::Record record = empty_record();
    *record.mutable_cluster() = cluster;
    return record.SerializeAsString();
}

std::string encode(const v1::Node& node) {
    v1::Record record = empty_record();
    *record.mutable_node() = node;
    return record.SerializeAsString();
}

std::string encode(const v1::Disk& disk) {
    v1::Record record = empty_record();
    *record.mutable_disk() = disk;
    return record.SerializeAsString();
}

std::string encode(const v1::Volume& volume) {
    v1::Record record = empty_record(version_of(volume));
    *record.mutable_volume() = volume;
    return record.SerializeAsString();
}

std::string encode(const v1::Host& host) {
    v1::Record record = empty_record();
    *record.mutable_host() = host;
    return record.SerializeAsString();
}

std::string encode(const v1::Head& head) {
    v1::Record record = empty_record(kSecondVersion);
    *record.mutable_head() = head;
    return record.SerializeAsString();
}

Result<v1::Record> decode(const Entry& entry) {
    v1::Record record;
    if (!record.ParseFromString(entry.value)) {
        return refuse(entry, "the record is damaged: put back the last backup of the store");
    }
    if (record.schema_version() > kSchemaVersion) {
        return refuse(entry,
                      fmt::format("the record has schema {} and this dnvmed knows {}: it was "
                                  "written by a newer dnvmed, install that one",
                                  record.schema_version(), kSchemaVersion));
    }
    const std::string expected = key_of(record);
    if (record.schema_version() == 0 || expected.empty()) {
        return refuse(entry, "the record is empty: put back the last backup of the store");
    }
    if (expected != entry.key) {
        return refuse(entry, fmt::format("the record behind it belongs to '{}': put back the last "
                                         "backup of the store",
                                         expected));
    }
    return record;
}

}  // namespace dnvme::store
