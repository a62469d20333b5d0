// SPDX-License-Identifier: Apache-2.0
#include "failover.h"

#include <algorithm>
#include <optional>

#include "model/controllers.h"
#include "model/handover.h"

namespace dnvme::daemon {

namespace {

/// What there is to say about one volume.
class Judge {
  public:
    Judge(const model::Places& places, const store::Statuses& statuses, const v1::Volume& volume)
        : places_(places), statuses_(statuses), volume_(volume) {}

    [[nodiscard]] std::optional<Takeover> decide() const;

  private:
    [[nodiscard]] bool is_online(const std::string& node) const {
        return statuses_.online.contains(node);
    }
    [[nodiscard]] bool is_lost(const std::string& node) const;
    [[nodiscard]] bool is_silent(const std::string& node) const;
    [[nodiscard]] std::optional<std::uint32_t> successor() const;
    [[nodiscard]] Takeover takeover(v1::Volume volume, const std::string& lost) const {
        const std::string owner = places_.node_of(volume);
        return {.volume = std::move(volume), .lost = lost, .owner = owner};
    }
    [[nodiscard]] std::optional<Takeover> replace_owner(const std::string& lost, bool force) const;

    const model::Places& places_;
    const store::Statuses& statuses_;
    const v1::Volume& volume_;
};

/// Somebody has to have looked: without a witness nothing is known.
bool Judge::is_silent(const std::string& node) const {
    bool witnessed = false;
    for (const auto& leg : volume_.legs()) {
        for (const auto& member : leg.members()) {
            const auto witness = statuses_.online.find(places_.node_of(member));
            if (member.sync() != v1::LogicalDisk::IN_SYNC || witness == statuses_.online.end()) {
                continue;
            }
            const auto& silent = witness->second.silent();
            if (std::ranges::find(silent, node) == silent.end()) {
                return false;
            }
            witnessed = true;
        }
    }
    return witnessed;
}

bool Judge::is_lost(const std::string& node) const {
    return !is_online(node) && statuses_.absent.contains(node) && is_silent(node);
}

/// Who gave the volume up last, if that one is still there; else the first one that is.
std::optional<std::uint32_t> Judge::successor() const {
    std::optional<std::uint32_t> found;
    for (std::uint32_t number = 0; model::has_controller(volume_, number); ++number) {
        if (number == volume_.owner() || !is_online(places_.node_of(volume_, number))) {
            continue;
        }
        const bool has_legs = !model::has_let_go(volume_) && volume_.handover().from() == number;
        if (!found || has_legs) {
            found = number;
        }
    }
    return found;
}

std::optional<Takeover> Judge::replace_owner(const std::string& lost, bool force) const {
    const auto next = successor();
    if (!next) {
        return std::nullopt;
    }
    v1::Volume volume = volume_;
    model::change_owner(volume, *next);
    if (force) {
        model::force_handover(volume);
    }
    return takeover(std::move(volume), lost);
}

std::optional<Takeover> Judge::decide() const {
    if (volume_.deleting() || !model::are_apart(volume_) || !model::may_hand_over(volume_) ||
        !nodes_missed(places_, statuses_, volume_).empty()) {
        return std::nullopt;
    }
    const std::string owner = places_.node_of(volume_);
    if (model::has_let_go(volume_)) {
        return is_lost(owner) ? replace_owner(owner, true) : std::nullopt;
    }
    // In the middle of a change: the owner before has the legs.
    const std::string before = places_.node_of(volume_, volume_.handover().from());
    if (is_lost(owner)) {
        return replace_owner(owner, is_lost(before));
    }
    if (!is_lost(before)) {
        return std::nullopt;
    }
    v1::Volume volume = volume_;
    model::force_handover(volume);
    return takeover(std::move(volume), before);
}

}  // namespace

std::vector<Takeover> takeovers(const model::Cluster& cluster, const store::Statuses& statuses) {
    std::vector<Takeover> found;
    const model::Places places(cluster);
    for (const auto& [name, volume] : cluster.volumes) {
        if (auto takeover = Judge(places, statuses, volume).decide()) {
            found.push_back(std::move(*takeover));
        }
    }
    return found;
}

std::set<std::string> nodes_missed(const model::Places& places, const store::Statuses& statuses,
                                   const v1::Volume& volume) {
    std::set<std::string> missed;
    for (const auto& leg : volume.legs()) {
        std::vector<bool> there;
        std::set<std::string> offline;
        for (const auto& member : leg.members()) {
            const std::string node = places.node_of(member);
            there.push_back(statuses.online.contains(node));
            if (!there.back() && member.sync() == v1::LogicalDisk::IN_SYNC) {
                offline.insert(node);
            }
        }
        if (!model::is_enough(volume, leg, there)) {
            missed.merge(offline);
        }
    }
    return missed;
}

}  // namespace dnvme::daemon
