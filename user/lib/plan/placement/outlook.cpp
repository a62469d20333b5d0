// SPDX-License-Identifier: Apache-2.0
#include "plan/placement/outlook.h"

#include <algorithm>

namespace dnvme::plan::placement {

Outlook::Outlook(const Draft& draft, Unit unit) : draft_(draft), unit_(unit), room_(units()) {
    for (Inventory::Id disk = 0; disk < draft.inventory().disks().size(); disk++)
        room_[unit_of(disk)] += slices(disk);
}

std::size_t Outlook::units() const {
    const Inventory& inventory = draft_.inventory();
    switch (unit_) {
        case Unit::disk:
            return inventory.disks().size();
        case Unit::node:
            return inventory.nodes().size();
        case Unit::rack:
            return inventory.racks().size();
        case Unit::site:
            break;
    }
    return inventory.sites().size();
}

Inventory::Id Outlook::unit_of(Inventory::Id disk) const {
    const Inventory::Id node = draft_.inventory().disks()[disk].node;
    switch (unit_) {
        case Unit::disk:
            return disk;
        case Unit::node:
            return node;
        case Unit::rack:
            return draft_.inventory().nodes()[node].rack;
        case Unit::site:
            break;
    }
    return draft_.inventory().nodes()[node].site;
}

std::uint64_t Outlook::slices(Inventory::Id disk) const {
    return draft_.fits(disk) ? draft_.space(disk).slices(draft_.request().member_bytes) : 0;
}

std::uint64_t Outlook::sum(std::uint32_t legs) const {
    std::uint64_t sum = 0;
    for (const std::uint64_t room : room_)
        sum += std::min<std::uint64_t>(room, legs);
    return sum;
}

bool Outlook::enough(std::uint32_t legs) const {
    return sum(legs) >= std::uint64_t{legs} * draft_.request().members;
}

// Of a leg's m members, x go to roomy units, of which there are n. A roomy unit counts r before and
// r - 1 after the leg, used or not; any other loses one if it is used. So the sum falls by
// n + m - x, and may fall to (r - 1) * m.
std::uint64_t Outlook::needed(std::uint32_t legs) const {
    const auto roomy = static_cast<std::uint64_t>(std::count_if(
        room_.begin(), room_.end(), [&](std::uint64_t room) { return room >= legs; }));
    const std::uint64_t wanted = roomy + std::uint64_t{legs} * draft_.request().members;
    const std::uint64_t there = sum(legs);
    return wanted > there ? wanted - there : 0;
}

bool Outlook::roomy(Inventory::Id disk, std::uint32_t legs) const {
    return room_[unit_of(disk)] >= legs;
}

}  // namespace dnvme::plan::placement
