// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/timeline.h"

#include <algorithm>

#include <fmt/format.h>

namespace dnvme::ctl {

namespace {

std::string node_of(const v1::VolumeView& view, std::uint32_t controller) {
    const auto found = std::ranges::find_if(
        view.controllers(), [&](const auto& one) { return one.number() == controller; });
    return found == view.controllers().end() ? "?" : found->node();
}

/// "disk d2 on node n1"
std::string place_of(const v1::VolumeView& view, const DisksByUuid& disks,
                     const std::string& member_uuid) {
    for (const auto& leg : view.volume().legs()) {
        for (const auto& member : leg.members()) {
            const auto disk = disks.find(member.disk_uuid());
            if (member.uuid() == member_uuid && disk != disks.end()) {
                return fmt::format("disk {} on node {}", disk->second.name(), disk->second.node());
            }
        }
    }
    return fmt::format("member {}, which it has no more", member_uuid);
}

}  // namespace

std::vector<Moment> timeline(const v1::VolumeView& view, const DisksByUuid& disks) {
    const v1::Volume& volume = view.volume();
    const v1::Handover& handover = volume.handover();
    const std::string before = node_of(view, handover.from());
    const std::string owner =
        fmt::format("controller {} on node {}", volume.owner(), node_of(view, volume.owner()));
    std::vector<Moment> moments;
    if (handover.lost_unix_ms() != 0) {
        moments.push_back({handover.lost_unix_ms(), fmt::format("node {} was offline", before)});
    }
    moments.push_back({handover.decided_unix_ms(),
                       fmt::format("{}: {} is the owner, under epoch {}",
                                   handover.lost_unix_ms() != 0 ? "decided" : "asked for", owner,
                                   volume.epoch())});
    moments.push_back(
        {handover.released_unix_ms(),
         fmt::format("node {} {}", before, handover.released() ? "let go" : "has yet to let go")});
    for (const v1::Receipt& receipt : handover.receipts()) {
        moments.push_back(
            {receipt.at_unix_ms(), fmt::format("{}receipt of {}", receipt.drained() ? "" : "no ",
                                               place_of(view, disks, receipt.member()))});
    }
    moments.push_back({handover.served_unix_ms(), handover.served_unix_ms() != 0
                                                      ? owner + " served"
                                                      : owner + " does not serve yet"});
    std::ranges::stable_sort(moments, {}, [](const Moment& one) {
        return one.at_unix_ms == 0 ? INT64_MAX : one.at_unix_ms;
    });
    return moments;
}

std::int64_t milliseconds_after(const std::vector<Moment>& moments, const Moment& moment) {
    return moment.at_unix_ms - moments.front().at_unix_ms;
}

}  // namespace dnvme::ctl
