// SPDX-License-Identifier: Apache-2.0
#include "store/witness.h"

#include <fmt/format.h>

#include "store/codec.h"
#include "store/notes.h"

namespace dnvme::store {

namespace {

constexpr const char* kAdvice =
    "put back a newer backup; if there is none, the admin guide says how to go on";

void add_volume(const v1::Volume& volume, Witness& witness) {
    witness.epochs[volume.uuid()] = volume.epoch();
    for (const auto& leg : volume.legs()) {
        witness.epochs[leg.uuid()] = leg.epoch();
    }
}

}  // namespace

Witness witness_of(const Snapshot& snapshot) {
    Witness witness{.cluster_uuid = "", .revision = total_revision(snapshot), .epochs = {}};
    for (const Entry& entry : snapshot.entries) {
        const auto record = decode(entry);
        if (record && record->has_cluster()) {
            witness.cluster_uuid = record->cluster().uuid();
        } else if (record && record->has_volume()) {
            add_volume(record->volume(), witness);
        }
    }
    return witness;
}

Status check_witness(const Witness& seen, const Witness& now) {
    if (seen.cluster_uuid.empty()) {
        return {};
    }
    if (now.cluster_uuid.empty()) {
        return fail(Code::precondition,
                    fmt::format("this is the store of nobody yet, and this node belongs to cluster "
                                "{}: name the right store, or put back its backup with 'dnvmectl "
                                "cluster restore'",
                                seen.cluster_uuid));
    }
    if (seen.cluster_uuid != now.cluster_uuid) {
        return fail(Code::precondition,
                    fmt::format("this is the store of cluster {}, and this node belongs to cluster "
                                "{}: name the right store",
                                now.cluster_uuid, seen.cluster_uuid));
    }
    if (now.revision < seen.revision) {
        return fail(Code::precondition,
                    fmt::format("the store is at revision {} and this node has seen {}: it was put "
                                "back from an older backup: {}",
                                now.revision, seen.revision, kAdvice));
    }
    for (const auto& [uuid, epoch] : seen.epochs) {
        const auto found = now.epochs.find(uuid);
        if (found != now.epochs.end() && found->second < epoch) {
            return fail(Code::precondition,
                        fmt::format("{} has epoch {} in the store and this node has seen {}: the "
                                    "store was put back from an older backup: {}",
                                    uuid, found->second, epoch, kAdvice));
        }
    }
    return {};
}

}  // namespace dnvme::store
