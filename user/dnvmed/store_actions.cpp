// SPDX-License-Identifier: Apache-2.0
#include "store_actions.h"

#include <functional>
#include <variant>

#include "base/unix_time.h"
#include "model/handover.h"
#include "plan/members.h"
#include "store/records.h"

namespace dnvme::daemon {

namespace {

constexpr int kTries = 3;

/// The record with this uuid in a map by name; null if it is not there.
template <class Record>
const Record* find_uuid(const std::map<std::string, Record>& records, const std::string& uuid) {
    for (const auto& [name, record] : records) {
        if (record.uuid() == uuid) {
            return &record;
        }
    }
    return nullptr;
}

Result<std::int64_t> commit(store::Change& change, store::Store& store) {
    if (auto written = change.commit(store); !written) {
        return pass(written.error());
    }
    return change.revision();
}

Result<std::int64_t> run(store::Store& store, const store::Loaded& loaded,
                         const plan::MarkFormatted& action) {
    const v1::Volume* found = find_uuid(loaded.cluster.volumes, action.volume_uuid);
    if (found == nullptr) {
        return 0;
    }
    v1::Volume volume = *found;
    for (auto& leg : *volume.mutable_legs()) {
        if (leg.uuid() == action.leg_uuid) {
            leg.set_formatted(true);
        }
    }
    store::Change change(loaded);
    return commit(change.put(volume), store);
}

Result<std::int64_t> run(store::Store& store, const store::Loaded& loaded,
                         const plan::RecordMember& action) {
    const v1::Volume* found = find_uuid(loaded.cluster.volumes, action.volume_uuid);
    if (found == nullptr || !plan::may_record(*found, action)) {
        return fail(Code::precondition,
                    "its record says something else by now: it is looked at again");
    }
    v1::Volume volume = *found;
    plan::record_member(volume, action, unix_now());
    store::Change change(loaded);
    return commit(change.put(volume), store);
}

/// A step of a handover. One that was taken already is no reason to fail.
Result<std::int64_t> hand_over(store::Store& store, const store::Loaded& loaded,
                               const std::string& uuid, std::uint64_t epoch,
                               const std::function<void(v1::Volume&)>& step) {
    const v1::Volume* found = find_uuid(loaded.cluster.volumes, uuid);
    if (found == nullptr) {
        return 0;
    }
    if (found->epoch() != epoch || !found->has_handover()) {
        return fail(Code::precondition, "its owner has changed again: it is looked at again");
    }
    v1::Volume volume = *found;
    step(volume);
    store::Change change(loaded);
    return commit(change.put(volume), store);
}

Result<std::int64_t> run(store::Store& store, const store::Loaded& loaded,
                         const plan::RecordReceipt& action) {
    return hand_over(store, loaded, action.volume_uuid, action.epoch, [&](v1::Volume& volume) {
        model::record_receipt(volume, action.member_uuid, unix_now_ms());
    });
}

Result<std::int64_t> run(store::Store& store, const store::Loaded& loaded,
                         const plan::RecordLetGo& action) {
    return hand_over(store, loaded, action.volume_uuid, action.epoch,
                     [](v1::Volume& volume) { model::record_let_go(volume, unix_now_ms()); });
}

Result<std::int64_t> run(store::Store& store, const store::Loaded& loaded,
                         const plan::RecordServed& action) {
    return hand_over(store, loaded, action.volume_uuid, action.epoch,
                     [](v1::Volume& volume) { model::record_served(volume, unix_now_ms()); });
}

template <class Record>
Result<std::int64_t> forget(store::Store& store, const store::Loaded& loaded,
                            const Record* record) {
    if (record == nullptr) {
        return 0;
    }
    store::Change change(loaded);
    return commit(change.erase(store::key_of(*record)), store);
}

Result<std::int64_t> run(store::Store& store, const store::Loaded& loaded,
                         const plan::ForgetVolume& action) {
    return forget(store, loaded, find_uuid(loaded.cluster.volumes, action.uuid));
}

Result<std::int64_t> run(store::Store& store, const store::Loaded& loaded,
                         const plan::ForgetHost& action) {
    return forget(store, loaded, find_uuid(loaded.cluster.hosts, action.uuid));
}

Result<std::int64_t> run(store::Store& store, const store::Loaded& loaded,
                         const plan::ForgetHead& action) {
    return forget(store, loaded, find_uuid(loaded.cluster.heads, action.uuid));
}

template <class Action>
Result<std::int64_t> run(store::Store& /*store*/, const store::Loaded& /*loaded*/,
                         const Action& /*action*/) {
    return fail(Code::internal, "an action for the kernel was given to the store");
}

}  // namespace

bool is_store_action(const plan::Action& action) {
    return std::holds_alternative<plan::MarkFormatted>(action) ||
           std::holds_alternative<plan::RecordMember>(action) ||
           std::holds_alternative<plan::RecordReceipt>(action) ||
           std::holds_alternative<plan::RecordLetGo>(action) ||
           std::holds_alternative<plan::RecordServed>(action) ||
           std::holds_alternative<plan::ForgetVolume>(action) ||
           std::holds_alternative<plan::ForgetHost>(action) ||
           std::holds_alternative<plan::ForgetHead>(action);
}

/// Somebody who did the same at the same time is no reason to fail.
Result<std::int64_t> run_store_action(store::Store& store, const plan::Action& action) {
    for (int tries = 1;; ++tries) {
        const auto loaded = store::load(store);
        if (!loaded) {
            return pass(loaded.error());
        }
        auto done = std::visit([&](const auto& a) { return run(store, *loaded, a); }, action);
        if (done || done.error().code() != Code::conflict || tries == kTries) {
            return done;
        }
    }
}

}  // namespace dnvme::daemon
