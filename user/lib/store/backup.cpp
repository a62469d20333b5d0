// SPDX-License-Identifier: Apache-2.0
#include "store/backup.h"

#include <array>

#include <fmt/format.h>
#include <openssl/sha.h>

#include "store/codec.h"
#include "store/notes.h"

namespace dnvme::store {

namespace {

constexpr const char* kMagic = "dnvme backup";
constexpr std::uint32_t kFormatVersion = 1;

std::string sha256(std::string_view bytes) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
    return {digest.begin(), digest.end()};
}

tl::unexpected<Error> damaged(const std::string& how) {
    return fail(Code::invalid, fmt::format("the backup is damaged ({}): take another", how));
}

/// Magic and version come first: what is foreign or newer is not called damaged.
Result<v1::Backup> open_container(std::string_view bytes) {
    v1::Backup file;
    const bool parsed = file.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    if (file.magic() != kMagic) {
        return fail(Code::invalid, "this is not a file of 'dnvmectl cluster backup'");
    }
    if (file.format_version() > kFormatVersion) {
        return fail(Code::invalid,
                    fmt::format("the backup has format {} and this dnvmed knows {}: it was written "
                                "by a newer dnvmed, install that one",
                                file.format_version(), kFormatVersion));
    }
    if (!parsed || file.format_version() == 0) {
        return damaged("it is not whole");
    }
    if (sha256(file.contents()) != file.sha256()) {
        return damaged("its checksum is wrong");
    }
    return file;
}

/// Every record can be read by this build, and there is the one that the header promises.
Status check_records(const Backup& backup) {
    for (const Entry& entry : backup.records) {
        const auto record = decode(entry);
        if (!record) {
            return fail(Code::invalid, record.error().message());
        }
        if (entry.key == kClusterKey && record->cluster().uuid() != backup.header.cluster_uuid()) {
            return damaged("it is of two clusters");
        }
    }
    if (backup.records.empty() || backup.records.back().key != kClusterKey) {
        return damaged("the cluster's record is missing");
    }
    return {};
}

}  // namespace

Result<Backup> take_backup(const Snapshot& snapshot, const std::string& taken_at) {
    auto records = records_of(snapshot);
    if (!records) {
        return pass(records.error());
    }
    Backup backup{.header = {}, .records = std::move(*records)};
    const auto cluster = decode(backup.records.back());
    if (!cluster) {
        return pass(cluster.error());
    }
    backup.header.set_cluster_uuid(cluster->cluster().uuid());
    backup.header.set_revision(static_cast<std::uint64_t>(total_revision(snapshot)));
    backup.header.set_taken_at(taken_at);
    backup.header.set_records(static_cast<std::uint32_t>(backup.records.size()));
    return backup;
}

std::string encode(const Backup& backup) {
    v1::BackupContents contents;
    *contents.mutable_header() = backup.header;
    for (const Entry& entry : backup.records) {
        v1::BackupRecord& record = *contents.add_records();
        record.set_key(entry.key);
        record.set_value(entry.value);
    }
    v1::Backup file;
    file.set_magic(kMagic);
    file.set_format_version(kFormatVersion);
    file.set_contents(contents.SerializeAsString());
    file.set_sha256(sha256(file.contents()));
    return file.SerializeAsString();
}

Result<Backup> decode_backup(std::string_view bytes) {
    const auto file = open_container(bytes);
    if (!file) {
        return pass(file.error());
    }
    v1::BackupContents contents;
    if (!contents.ParseFromString(file->contents())) {
        return damaged("its contents cannot be read");
    }
    Backup backup{.header = contents.header(), .records = {}};
    for (const v1::BackupRecord& record : contents.records()) {
        backup.records.push_back({.key = record.key(), .value = record.value()});
    }
    if (auto whole = check_records(backup); !whole) {
        return pass(whole.error());
    }
    return backup;
}

}  // namespace dnvme::store
