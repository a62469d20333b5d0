// SPDX-License-Identifier: Apache-2.0
#include "model/handover.h"

#include <algorithm>

#include "model/controllers.h"
#include "model/redundancy.h"

namespace dnvme::model {
namespace {

void raise_epochs(v1::Volume& volume) {
    for (v1::Leg& leg : *volume.mutable_legs())
        leg.set_epoch(next_epoch(leg.epoch()));
}

void begin(v1::Volume& volume) {
    v1::Handover handover;
    handover.set_from(volume.owner());
    for (const v1::Leg& leg : volume.legs()) {
        for (const v1::LogicalDisk& member : leg.members())
            handover.add_receipts()->set_member(member.uuid());
    }
    *volume.mutable_handover() = handover;
}

}  // namespace

bool has_lease(const v1::Volume& volume) {
    return are_apart(volume) && has_raid(volume.redundancy());
}

bool has_let_go(const v1::Volume& volume) {
    return !volume.has_handover() || volume.handover().released() || volume.handover().forced();
}

bool is_fenced_off(const v1::Volume& volume, const v1::LogicalDisk& member) {
    const auto& receipts = volume.handover().receipts();
    return has_let_go(volume) &&
           std::none_of(receipts.begin(), receipts.end(), [&](const v1::Receipt& receipt) {
               return receipt.member() == member.uuid() && !receipt.drained();
           });
}

bool is_handed_over(const v1::Volume& volume) {
    return has_let_go(volume) &&
           std::all_of(volume.legs().begin(), volume.legs().end(), [&](const v1::Leg& leg) {
               return std::all_of(leg.members().begin(), leg.members().end(),
                                  [&](const v1::LogicalDisk& member) {
                                      return member.sync() != v1::LogicalDisk::IN_SYNC ||
                                             is_fenced_off(volume, member);
                                  });
           });
}

bool is_enough(const v1::Volume& volume, const v1::Leg& leg, const std::vector<bool>& there) {
    std::vector<bool> usable;
    bool all = true;
    for (int i = 0; i < leg.members_size(); i++) {
        const bool in_sync = leg.members(i).sync() == v1::LogicalDisk::IN_SYNC;
        const bool is_there = there.at(static_cast<std::size_t>(i));
        usable.push_back(in_sync && is_there);
        all &= !in_sync || is_there;
    }
    const bool may_lack =
        leg.formatted() && has_raid(volume.redundancy()) && !has_parity(volume.redundancy());
    return all || (may_lack && survives(volume.redundancy(), usable));
}

bool may_hand_over(const v1::Volume& volume) {
    return !volume.handover().forced() || volume.handover().released();
}

void hand_over(v1::Volume& volume, std::uint32_t owner) {
    const std::vector<v1::Controller> controllers = controllers_of(volume);
    if (has_let_go(volume)) {
        if (controllers.at(volume.owner()).node() != controllers.at(owner).node())
            begin(volume);
    } else if (volume.handover().from() == owner) {
        volume.clear_handover();
    }
}

void record_decision(v1::Volume& volume, std::int64_t now_unix_ms, std::int64_t lost_unix_ms) {
    if (!volume.has_handover() || volume.handover().decided_unix_ms() != 0)
        return;
    volume.mutable_handover()->set_decided_unix_ms(now_unix_ms);
    volume.mutable_handover()->set_lost_unix_ms(lost_unix_ms);
}

void record_let_go(v1::Volume& volume, std::int64_t now_unix_ms) {
    if (!has_let_go(volume))
        raise_epochs(volume);
    v1::Handover& handover = *volume.mutable_handover();
    if (!handover.released())
        handover.set_released_unix_ms(now_unix_ms);
    handover.set_released(true);
}

void force_handover(v1::Volume& volume) {
    if (!has_let_go(volume))
        raise_epochs(volume);
    volume.mutable_handover()->set_forced(true);
}

void record_receipt(v1::Volume& volume, const std::string& member_uuid, std::int64_t now_unix_ms) {
    for (v1::Receipt& receipt : *volume.mutable_handover()->mutable_receipts()) {
        if (receipt.member() != member_uuid || receipt.drained())
            continue;
        receipt.set_drained(true);
        receipt.set_at_unix_ms(now_unix_ms);
    }
}

void record_served(v1::Volume& volume, std::int64_t now_unix_ms) {
    volume.mutable_handover()->set_served_unix_ms(now_unix_ms);
}

bool lacks_served(const v1::Volume& volume) {
    return volume.has_handover() && is_handed_over(volume) &&
           volume.handover().served_unix_ms() == 0;
}

}  // namespace dnvme::model
