// SPDX-License-Identifier: Apache-2.0
#include "plan/members.h"

#include <algorithm>

#include <fmt/format.h>
#include <linux/dm-dnvme.h>

#include "model/handover.h"
#include "model/redundancy.h"

namespace dnvme::plan {
namespace {

using v1::LogicalDisk;

constexpr char kInSync = 'A';
constexpr char kFailed = 'D';

/// One leg with redundancy, of a volume that this node serves.
class LegJudge {
  public:
    LegJudge(const v1::Volume& volume, const v1::Leg& leg, const Reach& reach,
             const MemberHistory& history, std::int64_t now_unix_s, MemberDecisions& decisions)
        : volume_(volume),
          leg_(leg),
          reach_(reach),
          history_(history),
          now_(now_unix_s),
          decisions_(decisions),
          sound_(static_cast<std::size_t>(leg.members_size())) {}

    void judge() {
        for (int i = 0; i < leg_.members_size(); i++)
            sound_[static_cast<std::size_t>(i)] = is_sound(i);
        for (int i = 0; i < leg_.members_size(); i++)
            judge(i);
    }

  private:
    void judge(int index);
    void judge_in_sync(int index);
    void judge_rebuilding(int index);
    void judge_stale(int index);
    [[nodiscard]] bool is_sound(int index) const;
    [[nodiscard]] bool is_failed(int index) const;
    [[nodiscard]] bool is_lost(int index) const;
    [[nodiscard]] bool waits_for(const LogicalDisk& member) const;
    [[nodiscard]] bool goes_on_without(int index) const;
    [[nodiscard]] bool may_take_back(const LogicalDisk& member) const;
    [[nodiscard]] char letter(int index) const;
    [[nodiscard]] LogicalDisk::Trouble trouble_of(const LogicalDisk& member) const {
        return reach_.is_there(member) ? LogicalDisk::ERRORS : LogicalDisk::ABSENT;
    }
    [[nodiscard]] bool holds(const LogicalDisk& member) const {
        return reach_.has_gate(member, DNVME_STATE_HELD);
    }
    [[nodiscard]] bool is_dead(const LogicalDisk& member) const {
        return reach_.has_gate(member, DNVME_STATE_DEAD);
    }
    void record(const LogicalDisk& member, LogicalDisk::Sync to, LogicalDisk::Trouble trouble);

    const v1::Volume& volume_;
    const v1::Leg& leg_;
    const Reach& reach_;
    const MemberHistory& history_;
    const std::int64_t now_;
    MemberDecisions& decisions_;
    std::vector<bool> sound_;  ///< members that the leg can go on with
};

char LegJudge::letter(int index) const {
    const RaidHealth* raid = reach_.raid(leg_);
    const auto at = static_cast<std::size_t>(index);
    return raid == nullptr || at >= raid->letters.size() ? 0 : raid->letters[at];
}

/// dm-raid goes on without it already, or would if its gates let it.
bool LegJudge::is_failed(int index) const {
    const LogicalDisk& member = leg_.members(index);
    if (reach_.runs(leg_) && !reach_.is_in_array(leg_, member))
        return true;
    return letter(index) == kFailed || is_dead(member);
}

bool LegJudge::is_sound(int index) const {
    const LogicalDisk& member = leg_.members(index);
    return member.sync() == LogicalDisk::IN_SYNC && reach_.is_there(member) && !holds(member) &&
           !is_failed(index);
}

bool LegJudge::goes_on_without(int index) const {
    std::vector<bool> rest = sound_;
    rest[static_cast<std::size_t>(index)] = false;
    return model::survives(volume_.redundancy(), rest);
}

void LegJudge::record(const LogicalDisk& member, LogicalDisk::Sync to,
                      LogicalDisk::Trouble trouble) {
    decisions_.records.push_back({.volume_uuid = volume_.uuid(),
                                  .epoch = volume_.epoch(),
                                  .leg_uuid = leg_.uuid(),
                                  .member_uuid = member.uuid(),
                                  .from = member.sync(),
                                  .to = to,
                                  .trouble = trouble,
                                  .where = reach_.where(member)});
}

void LegJudge::judge(int index) {
    const LogicalDisk& member = leg_.members(index);
    decisions_.degraded |= !sound_[static_cast<std::size_t>(index)];
    switch (member.sync()) {
        case LogicalDisk::IN_SYNC:
            return judge_in_sync(index);
        case LogicalDisk::REBUILDING:
            return judge_rebuilding(index);
        case LogicalDisk::STALE:
            return judge_stale(index);
        default:
            return;
    }
}

void LegJudge::judge_in_sync(int index) {
    const LogicalDisk& member = leg_.members(index);
    if (waits_for(member))
        decisions_.absent.insert(member.uuid());
    if (is_lost(index) && goes_on_without(index)) {
        record(member, LogicalDisk::STALE, trouble_of(member));
        return;
    }
    if (!reach_.is_there(member) || !(holds(member) || is_dead(member)))
        return;
    decisions_.holds = true;
    if (!history_.released.contains(member.uuid()))
        decisions_.release.insert(member.uuid());
}

/// A leg with parity starts with all its members, or not at all.
bool LegJudge::waits_for(const LogicalDisk& member) const {
    return !reach_.runs(leg_) && !reach_.is_there(member) &&
           !model::has_parity(volume_.redundancy());
}

/// The leg can have no more of it, unless it cannot do without.
bool LegJudge::is_lost(int index) const {
    const LogicalDisk& member = leg_.members(index);
    if (is_failed(index))
        return true;
    if (holds(member))
        return !reach_.is_there(member) || history_.released.contains(member.uuid());
    return waits_for(member) && history_.given_up.contains(member.uuid());
}

/// Where it was begun and the leg does not run any more, nobody knows how far it came.
void LegJudge::judge_rebuilding(int index) {
    const LogicalDisk& member = leg_.members(index);
    const bool begun = reach_.is_in_array(leg_, member);
    const bool fails = begun && (is_failed(index) || holds(member));
    const bool gone = !begun && !reach_.is_there(member);
    if (!reach_.runs(leg_) || fails || gone) {
        record(member, LogicalDisk::STALE,
               fails || gone ? trouble_of(member) : LogicalDisk::TROUBLE_UNSPECIFIED);
        return;
    }
    const RaidHealth* raid = reach_.raid(leg_);
    if (!begun || raid == nullptr || !raid->idle || letter(index) != kInSync)
        return;
    if (model::has_lease(volume_) && !reach_.is_probed(leg_, member))
        return;
    decisions_.synced.insert(member.uuid());
    if (history_.synced.contains(member.uuid()))
        record(member, LogicalDisk::IN_SYNC, LogicalDisk::TROUBLE_UNSPECIFIED);
}

bool LegJudge::may_take_back(const LogicalDisk& member) const {
    const bool rested = member.trouble() != LogicalDisk::ERRORS ||
                        now_ - member.sync_since_unix_s() >= kErrorsPause;
    return rested && reach_.runs(leg_) && reach_.is_there(member) && reach_.has_grown(member) &&
           !reach_.is_in_array(leg_, member);
}

/// One after the other, and only when what the array itself has to synchronise is done: a rebuild
/// would make dm-raid forget that.
void LegJudge::judge_stale(int index) {
    const LogicalDisk& member = leg_.members(index);
    const RaidHealth* raid = reach_.raid(leg_);
    const bool quiet =
        raid != nullptr && raid->idle && raid->letters.find_first_not_of("A-") == std::string::npos;
    const bool busy =
        std::any_of(decisions_.records.begin(), decisions_.records.end(),
                    [&](const RecordMember& change) { return change.leg_uuid == leg_.uuid(); });
    const bool rebuilds = std::any_of(
        leg_.members().begin(), leg_.members().end(),
        [](const LogicalDisk& other) { return other.sync() == LogicalDisk::REBUILDING; });
    if (quiet && !busy && !rebuilds && model::survives(volume_.redundancy(), sound_) &&
        may_take_back(member))
        record(member, LogicalDisk::REBUILDING, member.trouble());
}

v1::Leg* leg_of(v1::Volume& volume, const std::string& uuid) {
    auto& legs = *volume.mutable_legs();
    const auto leg =
        std::find_if(legs.begin(), legs.end(), [&](const auto& l) { return l.uuid() == uuid; });
    return leg == legs.end() ? nullptr : &*leg;
}

/// While the owner before may still serve what it reads, nobody does without a member that it has.
bool may_judge(const v1::Volume& volume) {
    return model::is_handed_over(volume) || volume.handover().released();
}

bool do_receipts_suffice(const v1::Volume& volume, const v1::Leg& leg) {
    std::vector<bool> members;
    for (const LogicalDisk& member : leg.members())
        members.push_back(model::is_fenced_off(volume, member));
    return model::is_enough(volume, leg, members);
}

/// The rest of a handover that was forced, where some node gives no receipts.
void judge_unreceipted(const v1::Volume& volume, const Reach& reach, const MemberHistory& history,
                       MemberDecisions& decisions) {
    for (const v1::Leg& leg : volume.legs()) {
        if (!do_receipts_suffice(volume, leg))
            continue;
        for (const LogicalDisk& member : leg.members()) {
            if (member.sync() != LogicalDisk::IN_SYNC || model::is_fenced_off(volume, member))
                continue;
            const std::string wait = fmt::format("{} {}", member.uuid(), volume.epoch());
            decisions.unreceipted.insert(wait);
            if (history.expired.contains(wait))
                decisions.records.push_back({.volume_uuid = volume.uuid(),
                                             .epoch = volume.epoch(),
                                             .leg_uuid = leg.uuid(),
                                             .member_uuid = member.uuid(),
                                             .from = member.sync(),
                                             .to = LogicalDisk::STALE,
                                             .trouble = LogicalDisk::ABSENT,
                                             .where = reach.where(member)});
        }
    }
}

}  // namespace

MemberDecisions decide_members(const model::Cluster& cluster, const std::string& node,
                               const Reach& reach, const MemberHistory& history,
                               std::int64_t now_unix_s) {
    MemberDecisions decisions;
    for (const auto& [name, volume] : cluster.volumes) {
        if (volume.deleting() || !model::has_raid(volume.redundancy()) ||
            !reach.places().is_served_by(volume, node))
            continue;
        if (!may_judge(volume)) {
            judge_unreceipted(volume, reach, history, decisions);
            continue;
        }
        for (const v1::Leg& leg : volume.legs()) {
            if (leg.formatted())
                LegJudge(volume, leg, reach, history, now_unix_s, decisions).judge();
        }
    }
    return decisions;
}

MemberSigns member_signs(const KernelState& actual) {
    MemberSigns signs;
    for (const auto& [uuid, device] : actual.dm) {
        if (device.raid)
            signs[uuid] = device.raid->letters + (device.raid->idle ? " idle" : "");
        else if (device.leg != 0)
            signs[uuid] = device.leg;
    }
    return signs;
}

bool may_record(const v1::Volume& volume, const RecordMember& change) {
    if (volume.epoch() != change.epoch)
        return false;
    for (const v1::Leg& leg : volume.legs()) {
        if (leg.uuid() != change.leg_uuid)
            continue;
        bool found = false;
        std::vector<bool> rest;
        for (const LogicalDisk& member : leg.members()) {
            const bool self = member.uuid() == change.member_uuid;
            found |= self && member.sync() == change.from;
            rest.push_back(!self && member.sync() == LogicalDisk::IN_SYNC);
        }
        return found &&
               (change.from != LogicalDisk::IN_SYNC || model::survives(volume.redundancy(), rest));
    }
    return false;
}

void record_member(v1::Volume& volume, const RecordMember& change, std::int64_t now_unix_s) {
    for (LogicalDisk& member : *leg_of(volume, change.leg_uuid)->mutable_members()) {
        if (member.uuid() != change.member_uuid)
            continue;
        member.set_sync(change.to);
        member.set_trouble(change.trouble);
        member.set_sync_since_unix_s(now_unix_s);
    }
}

model::Cluster with_records(model::Cluster cluster, const std::vector<RecordMember>& records,
                            std::int64_t now_unix_s) {
    for (const RecordMember& change : records) {
        for (auto& [name, volume] : cluster.volumes) {
            if (volume.uuid() == change.volume_uuid && may_record(volume, change))
                record_member(volume, change, now_unix_s);
        }
    }
    return cluster;
}

}  // namespace dnvme::plan
