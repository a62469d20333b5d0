// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/cluster.h"
#include "plan/action.h"
#include "plan/reach.h"

/// Who of a leg's members is in sync. Pure.
///
/// A member that a write has missed is first recorded stale, and only then is the write
/// acknowledged (L2): member gates hold what came back with an error, decide_members() says whether
/// the leg can go on without that member, and after its record is written the plan fails what the
/// gates hold. The last member of a leg never becomes stale: its gates go on holding.
///
/// After a handover that was forced, the new owner does without members whose receipts nobody can
/// give, if the others have theirs and are enough. It records them stale when the lease of the
/// owner before has run out, since that one may still have read from them until then (L5).
namespace dnvme::plan {

/// What the agent knows of members from earlier runs. By uuid of the member.
struct MemberHistory {
    /// Their legs wait for them, and have for longer than the patience of the settings.
    std::set<std::string> given_up;
    /// Their gates were released a short while ago.
    std::set<std::string> released;
    /// Were in sync in the run before already: what dm-raid wrote last is on stable media.
    std::set<std::string> synced;
    /// Were unreceipted, in the words below, for longer than the lease of the owner before.
    std::set<std::string> expired;
};

/// By uuid of the member, but for the records.
struct MemberDecisions {
    std::vector<RecordMember> records;
    /// Their gates hold after an error, and they are there: what is held is sent once more.
    std::set<std::string> release;
    /// Their legs wait for them; others would do after a while.
    std::set<std::string> absent;
    /// Are in sync, and not recorded so yet.
    std::set<std::string> synced;
    /// "<member uuid> <epoch of the volume>". Have no receipt, and are not waited for once the
    /// lease of the owner before has run out: it cannot be renewed any more, since another member
    /// of their leg has its receipt.
    std::set<std::string> unreceipted;
    /// A gate holds, and its member was there and could not be done without.
    bool holds = false;
    /// Some leg is without a member, which is not there, or is not in sync.
    bool degraded = false;

    /// Something is to be looked at again soon.
    [[nodiscard]] bool pending() const {
        return holds || !release.empty() || !absent.empty() || !synced.empty() ||
               !unreceipted.empty();
    }
};

/// After so many seconds a member that answered with errors is tried once more.
inline constexpr std::int64_t kErrorsPause = 600;

/// Of the volumes whose controllers are on @p node. @p now_unix_s: as v1::LogicalDisk's times.
MemberDecisions decide_members(const model::Cluster& cluster, const std::string& node,
                               const Reach& reach, const MemberHistory& history,
                               std::int64_t now_unix_s);

/// What gates and arrays show of their members, by dm uuid.
using MemberSigns = std::map<std::string, std::string>;
MemberSigns member_signs(const KernelState& actual);

/// Whether the record may be made: the owner and the member still are what they were, and on the
/// way to stale the leg has all its data on members that are in-sync.
bool may_record(const v1::Volume& volume, const RecordMember& change);
/// The record as it is then. Precondition: may_record().
void record_member(v1::Volume& volume, const RecordMember& change, std::int64_t now_unix_s);
/// @p cluster with these records. Of those that may not be made, none.
model::Cluster with_records(model::Cluster cluster, const std::vector<RecordMember>& records,
                            std::int64_t now_unix_s);

}  // namespace dnvme::plan
