// SPDX-License-Identifier: Apache-2.0
#include "plan/placement/shortage.h"

#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/size.h"

namespace dnvme::plan::placement {
namespace {

/// More names than this help nobody.
constexpr std::size_t kNames = 10;

std::string list(const std::set<std::string>& names) {
    if (names.empty())
        return "";
    const auto end =
        std::next(names.begin(), static_cast<std::ptrdiff_t>(std::min(names.size(), kNames)));
    std::string text = fmt::format(": {}", fmt::join(names.begin(), end, ", "));
    if (names.size() > kNames)
        text += fmt::format(" and {} more", names.size() - kNames);
    return text;
}

std::string number(std::size_t count, const char* what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string that_match(const Selector& selector) {
    return selector.text().empty() ? "" : " that match " + selector.text();
}

/// What could hold a member of the next leg, and what matches at least: nodes, or disks where nodes
/// may be shared.
struct Units {
    std::set<std::string> fitting;
    std::set<std::string> matching;
    std::uint64_t largest = 0;  ///< free piece of those that match and do not fit, in bytes
};

Units units_of(const Draft& draft) {
    Units units;
    const Inventory& inventory = draft.inventory();
    for (Inventory::Id id = 0; id < inventory.disks().size(); id++) {
        const Inventory::DiskEntry& disk = inventory.disks()[id];
        if (!draft.matches(id))
            continue;
        const std::string& name =
            draft.request().share_nodes ? disk.name : inventory.nodes()[disk.node].node.name;
        units.matching.insert(name);
        if (draft.fits(id))
            units.fitting.insert(name);
        else
            units.largest = std::max(units.largest, draft.space(id).largest());
    }
    return units;
}

}  // namespace

tl::unexpected<Error> no_room(const Attempt& attempt) {
    const Request& request = attempt.draft().request();
    const char* unit = request.share_nodes ? "disk" : "node";
    const char* more =
        request.share_nodes ? "disks, or select more" : "nodes with disks, or select more";
    const Units units = units_of(attempt.draft());
    const bool too_few = units.matching.size() < request.members;
    const std::string others = units.matching.size() == units.fitting.size()
                                   ? ""
                                   : fmt::format(" (of {}; the largest free piece elsewhere is {})",
                                                 units.matching.size(), format_size(units.largest));
    return fail(
        too_few ? Code::precondition : Code::no_space,
        fmt::format("leg {} of {} needs {} with {} free in one piece{}; there {} {}{}{}: "
                    "add {}",
                    attempt.legs().size() + 1, request.legs, number(request.members, unit),
                    format_size(request.member_bytes), that_match(request.members_on),
                    units.fitting.size() == 1 ? "is" : "are", units.fitting.size(),
                    list(units.fitting), others, too_few ? more : "disks, or ask for less"));
}

tl::unexpected<Error> no_node(const Request& request, std::vector<std::string> matching) {
    const std::set<std::string> names(matching.begin(), matching.end());
    const std::size_t wanted = request.actives + request.standbys;
    return fail(Code::precondition,
                fmt::format("{} need {}{}; there {} {}{}: ask for fewer controllers",
                            number(wanted, "controller"), number(wanted, "node"),
                            that_match(request.controllers_on), names.size() == 1 ? "is" : "are",
                            names.size(), list(names)));
}

}  // namespace dnvme::plan::placement
