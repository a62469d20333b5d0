// SPDX-License-Identifier: Apache-2.0
#include "plan/placement/attempt.h"

#include <utility>

#include "plan/placement/mirrors.h"

namespace dnvme::plan::placement {

Attempt::Attempt(const Inventory& inventory, const Request& request, std::optional<Unit> keep)
    : draft_(inventory, request),
      spread_(inventory),
      shortlist_(inventory,
                 [this](Inventory::Id rack) {
                     const Draft::Allowed roomy = [this](Inventory::Id disk) {
                         return outlook_->roomy(disk, legs_left_);
                     };
                     return draft_.best_in(rack, spread_, restricted_ ? roomy : Draft::Allowed());
                 }),
      legs_left_(request.legs) {
    if (keep)
        outlook_.emplace(draft_, *keep);
}

bool Attempt::run() {
    if (outlook_ && !outlook_->enough(legs_left_))
        return false;
    while (legs_left_ > 0) {
        if (!place_leg())
            return false;
    }
    return true;
}

bool Attempt::place_leg() {
    // With racks or sites to be kept it may be lost on the way: a leg may have to share one.
    const bool keep = outlook_ && outlook_->enough(legs_left_);
    roomy_needed_ = keep ? outlook_->needed(legs_left_) : 0;
    Leg leg;
    while (leg.members.size() < draft_.request().members) {
        if (!place_member(leg)) {
            undo(leg);
            return false;
        }
    }
    finish(std::move(leg));
    return true;
}

void Attempt::undo(const Leg& leg) {
    for (const Member& member : leg.members)
        draft_.give_back(draft_.inventory().find_disk(member.disk).value(), member.offset_bytes);
}

bool Attempt::must_be_roomy(const Leg& leg) const {
    return roomy_needed_ > 0 && draft_.request().members - leg.members.size() <= roomy_needed_;
}

void Attempt::restrict_to_roomy(bool restricted) {
    if (restricted != restricted_)
        shortlist_.forget_all();
    restricted_ = restricted;
}

bool Attempt::place_member(Leg& leg) {
    restrict_to_roomy(must_be_roomy(leg));
    auto chosen = shortlist_.choose(spread_);
    if (!chosen && restricted_) {
        restrict_to_roomy(false);
        chosen = shortlist_.choose(spread_);
    }
    if (chosen)
        take(*chosen, leg);
    return chosen.has_value();
}

std::string Attempt::wanted() const {
    return draft_.wanted() + (restricted_ ? " and room for later legs" : "");
}

void Attempt::take(const Candidate& chosen, Leg& leg) {
    const Inventory& inventory = draft_.inventory();
    Member member{.disk = inventory.disks()[chosen.disk].name,
                  .node = inventory.nodes()[chosen.node].node.name,
                  .offset_bytes = 0,
                  .sharing = spread_.sharing(chosen.node, wanted())};
    if (outlook_ && roomy_needed_ > 0 && outlook_->roomy(chosen.disk, legs_left_))
        roomy_needed_--;
    if (outlook_)
        outlook_->before_take(chosen.disk);
    member.offset_bytes = draft_.take(chosen.disk);
    if (outlook_)
        outlook_->after_take(chosen.disk);
    spread_.add(chosen.node, chosen.disk);
    shortlist_.forget(inventory.nodes()[chosen.node].rack);
    leg.members.push_back(std::move(member));
}

void Attempt::finish(Leg leg) {
    if (draft_.request().redundancy == Redundancy::raid10)
        pair_up(draft_.inventory(), leg.members);
    if (legs_.empty())
        first_ = spread_.pairs();
    uneven_ = uneven_ || first_ < spread_.pairs();
    pairs_.node += spread_.pairs().node;
    pairs_.site += spread_.pairs().site;
    pairs_.rack += spread_.pairs().rack;
    legs_.push_back(std::move(leg));
    legs_left_--;
    forget_leg();
}

void Attempt::forget_leg() {
    restrict_to_roomy(false);
    for (const Inventory::Id node : spread_.nodes())
        shortlist_.forget(draft_.inventory().nodes()[node].rack);
    spread_.clear();
}

}  // namespace dnvme::plan::placement
