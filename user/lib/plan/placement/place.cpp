// SPDX-License-Identifier: Apache-2.0
#include "plan/placement/place.h"

#include <memory>
#include <utility>

#include "plan/placement/attempt.h"
#include "plan/placement/controllers.h"
#include "plan/placement/pinned.h"
#include "plan/placement/shortage.h"

namespace dnvme::plan::placement {
namespace {

/// That of the attempts, each keeping something for later legs, by which the least is shared; none
/// if all fail.
std::unique_ptr<Attempt> keep_for_later_legs(const Inventory& inventory, const Request& request) {
    std::unique_ptr<Attempt> best;
    for (const Unit unit : {Unit::site, Unit::rack, Unit::node, Unit::disk}) {
        if (unit == Unit::disk && !request.share_nodes)
            continue;
        auto attempt = std::make_unique<Attempt>(inventory, request, unit);
        if (attempt->run() && (!best || attempt->pairs() < best->pairs()))
            best = std::move(attempt);
    }
    return best;
}

Result<std::vector<Leg>> place_legs(const Inventory& inventory, const Request& request) {
    Attempt plain(inventory, request);
    const bool placed = plain.run();
    if (placed && !plain.uneven())
        return plain.legs();
    const auto other = keep_for_later_legs(inventory, request);
    if (other && (!placed || other->pairs() < plain.pairs()))
        return other->legs();
    if (placed)
        return plain.legs();
    return no_room(plain);
}

std::vector<Slice> slices_of(const Placement& placement) {
    std::vector<Slice> slices;
    for (const Leg& leg : placement.legs) {
        for (const Member& member : leg.members)
            slices.push_back(
                {.disk = member.disk,
                 .extent = {member.offset_bytes, member.offset_bytes + placement.member_bytes},
                 .anti_affinity = placement.anti_affinity});
    }
    return slices;
}

}  // namespace

Result<Placement> place(const Inventory& inventory, const Request& request) {
    if (Status possible = check(request); !possible)
        return pass(possible.error());
    auto legs = request.pinned_disks.empty() ? place_legs(inventory, request)
                                             : verify_disks(inventory, request);
    if (!legs)
        return pass(legs.error());
    auto controllers = place_controllers(inventory, request);
    if (!controllers)
        return pass(controllers.error());
    share_legs(*legs, *controllers);
    return Placement{.legs = *std::move(legs),
                     .controllers = *std::move(controllers),
                     .member_bytes = request.member_bytes,
                     .anti_affinity = request.anti_affinity};
}

Status take(Inventory& inventory, const Placement& placement) {
    for (const Controller& controller : placement.controllers) {
        if (!inventory.find_node(controller.node))
            return fail(Code::not_found, "node '" + controller.node + "' does not exist");
    }
    const std::vector<Slice> slices = slices_of(placement);
    for (std::size_t i = 0; i < slices.size(); i++) {
        Status taken = inventory.take(slices[i]);
        if (taken)
            continue;
        while (i-- > 0)
            (void)inventory.give_back(slices[i]);
        return taken;
    }
    for (const Controller& controller : placement.controllers)
        (void)inventory.add_controller(controller.node, placement.anti_affinity);
    return {};
}

void give_back(Inventory& inventory, const Placement& placement) {
    for (const Slice& slice : slices_of(placement))
        (void)inventory.give_back(slice);
    for (const Controller& controller : placement.controllers)
        (void)inventory.remove_controller(controller.node, placement.anti_affinity);
}

}  // namespace dnvme::plan::placement
