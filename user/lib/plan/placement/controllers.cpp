// SPDX-License-Identifier: Apache-2.0
#include "plan/placement/controllers.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "plan/placement/pinned.h"
#include "plan/placement/shortage.h"
#include "plan/placement/shortlist.h"
#include "plan/placement/spread.h"

namespace dnvme::plan::placement {
namespace {

class Choice {
  public:
    Choice(const Inventory& inventory, const Request& request)
        : inventory_(inventory),
          request_(request),
          conflicts_(inventory.counts(request.anti_affinity)),
          spread_(inventory),
          shortlist_(inventory, [this](Inventory::Id rack) { return best_in(rack); }) {}
    Choice(const Choice&) = delete;
    Choice& operator=(const Choice&) = delete;

    Result<std::vector<Controller>> run();

  private:
    [[nodiscard]] bool matches(Inventory::Id node) const;
    [[nodiscard]] std::optional<Candidate> best_in(Inventory::Id rack) const;
    Controller take(Inventory::Id node, bool active);
    [[nodiscard]] std::vector<std::string> matching() const;

    const Inventory& inventory_;
    const Request& request_;
    const Inventory::Counts& conflicts_;
    Spread spread_;
    Shortlist shortlist_;
};

bool Choice::matches(Inventory::Id node) const {
    const Node& entry = inventory_.nodes()[node].node;
    return entry.usable && request_.controllers_on.matches(entry.name, entry.labels);
}

std::optional<Candidate> Choice::best_in(Inventory::Id rack) const {
    std::optional<Candidate> best;
    for (const Inventory::Ranked& entry : inventory_.racks()[rack].nodes) {
        const Rank least{.use = entry.use, .name = entry.name};
        if (best && best->rank < least)
            break;
        if (spread_.on_node(entry.id) != 0 || !matches(entry.id))
            continue;
        Rank found = least;
        found.conflicts = count_of(conflicts_, entry.id);
        if (!best || found < best->rank)
            best = {.rank = found, .node = entry.id, .disk = 0};
    }
    return best;
}

Controller Choice::take(Inventory::Id node, bool active) {
    const std::string& rules = request_.controllers_on.text();
    const std::string wanted = rules.empty() ? "" : " where " + rules;
    Controller controller{.node = inventory_.nodes()[node].node.name,
                          .active = active,
                          .sharing = spread_.sharing(node, wanted)};
    spread_.add(node);
    shortlist_.forget(inventory_.nodes()[node].rack);
    return controller;
}

std::vector<std::string> Choice::matching() const {
    std::vector<std::string> names;
    for (Inventory::Id node = 0; node < inventory_.nodes().size(); node++) {
        if (matches(node))
            names.push_back(inventory_.nodes()[node].node.name);
    }
    return names;
}

Result<std::vector<Controller>> Choice::run() {
    std::vector<Controller> controllers;
    while (controllers.size() < request_.actives + request_.standbys) {
        const auto chosen = shortlist_.choose(spread_);
        if (!chosen)
            return no_node(request_, matching());
        controllers.push_back(take(chosen->node, controllers.size() < request_.actives));
    }
    return controllers;
}

bool is_near(const Leg& leg, const Controller& controller) {
    return std::any_of(leg.members.begin(), leg.members.end(),
                       [&](const Member& member) { return member.node == controller.node; });
}

}  // namespace

Result<std::vector<Controller>> place_controllers(const Inventory& inventory,
                                                  const Request& request) {
    if (!request.pinned_nodes.empty())
        return verify_nodes(inventory, request);
    return Choice(inventory, request).run();
}

void share_legs(std::vector<Leg>& legs, const std::vector<Controller>& controllers) {
    const auto actives = std::count_if(controllers.begin(), controllers.end(),
                                       [](const Controller& each) { return each.active; });
    std::vector<std::uint32_t> owned(static_cast<std::size_t>(actives));
    for (Leg& leg : legs) {
        const auto cost = [&](std::uint32_t number) {
            return std::tuple(owned[number], !is_near(leg, controllers[number]), number);
        };
        leg.owner = 0;
        for (std::uint32_t number = 1; number < owned.size(); number++) {
            if (cost(number) < cost(leg.owner))
                leg.owner = number;
        }
        owned[leg.owner]++;
    }
}

}  // namespace dnvme::plan::placement
