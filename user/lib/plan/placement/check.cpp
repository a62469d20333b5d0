// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "plan/placement/request.h"

namespace dnvme::plan::placement {
namespace {

struct Range {
    std::uint32_t least;
    std::uint32_t most;
};

Status in_range(const char* what, std::uint32_t number, Range range) {
    if (number >= range.least && number <= range.most)
        return {};
    return fail(Code::invalid, fmt::format("{} {} are not possible: expected {} to {}", number,
                                           what, range.least, range.most));
}

Range members_of(Redundancy redundancy) {
    switch (redundancy) {
        case Redundancy::none:
            return {1, 1};
        case Redundancy::raid1:
            return {2, kMaxMembers};
        case Redundancy::raid5:
            return {3, kMaxMembers};
        case Redundancy::raid6:
        case Redundancy::raid10:
            break;
    }
    return {4, kMaxMembers};
}

Status check_members(const Request& request) {
    const Range range = members_of(request.redundancy);
    if (request.members < range.least || request.members > range.most)
        return fail(Code::invalid,
                    fmt::format("{} members make no {} leg: expected {} to {}", request.members,
                                to_string(request.redundancy), range.least, range.most));
    if (request.redundancy == Redundancy::raid10 && request.members % 2 != 0)
        return fail(
            Code::invalid,
            fmt::format("{} members make no raid10 leg: it consists of pairs", request.members));
    if (request.member_bytes == 0)
        return fail(Code::invalid, "members of 0 bytes are not possible: expected at least 1");
    return {};
}

Status check_pinned_disks(const Request& request) {
    if (request.pinned_disks.empty())
        return {};
    if (request.pinned_disks.size() != request.legs)
        return fail(Code::invalid, fmt::format("disks are named for {} legs of {}: name those of "
                                               "all legs or of none",
                                               request.pinned_disks.size(), request.legs));
    for (std::size_t leg = 0; leg < request.pinned_disks.size(); leg++) {
        if (request.pinned_disks[leg].size() != request.members)
            return fail(Code::invalid, fmt::format("leg {} of {} has {} members and {} disks were "
                                                   "named for it",
                                                   leg + 1, request.legs, request.members,
                                                   request.pinned_disks[leg].size()));
    }
    return {};
}

Status check_pinned_nodes(const Request& request) {
    const std::size_t controllers = request.actives + request.standbys;
    if (request.pinned_nodes.empty() || request.pinned_nodes.size() == controllers)
        return {};
    return fail(Code::invalid, fmt::format("nodes are named for {} controllers of {}: name those "
                                           "of all controllers or of none",
                                           request.pinned_nodes.size(), controllers));
}

}  // namespace

const char* to_string(Redundancy redundancy) {
    switch (redundancy) {
        case Redundancy::none:
            return "none";
        case Redundancy::raid1:
            return "raid1";
        case Redundancy::raid5:
            return "raid5";
        case Redundancy::raid6:
            return "raid6";
        case Redundancy::raid10:
            break;
    }
    return "raid10";
}

Status check(const Request& request) {
    for (const Status& status :
         {in_range("legs", request.legs, {1, kMaxLegs}), check_members(request),
          in_range("active controllers", request.actives, {1, kMaxActives}),
          in_range("standbys", request.standbys, {0, kMaxStandbys}), check_pinned_disks(request),
          check_pinned_nodes(request)}) {
        if (!status)
            return status;
    }
    return {};
}

}  // namespace dnvme::plan::placement
