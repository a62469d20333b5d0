// SPDX-License-Identifier: Apache-2.0
#include "operations/others.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/places.h"
#include "node_status.h"
#include "owners.h"

namespace dnvme::daemon {

namespace {

/// Adds those that a record will be for and, of those that it was for, the ones that are online.
class Finder {
  public:
    Finder(const model::Cluster& cluster, const store::Statuses& statuses)
        : cluster_(cluster), places_(cluster), statuses_(statuses) {}

    void operator()(const v1::Volume& volume) {
        found_.merge(places_.nodes_of(volume));
        if (const auto old = cluster_.volumes.find(volume.name()); old != cluster_.volumes.end()) {
            for (const std::string& node : places_.nodes_of(old->second)) {
                if (statuses_.online.contains(node)) {
                    found_.insert(node);
                }
            }
        }
    }
    void operator()(const v1::Head& head) { found_.insert(head.node()); }
    template <class Other>
    void operator()(const Other& /*record*/) {}

    std::set<std::string> found() && { return std::move(found_); }

  private:
    const model::Cluster& cluster_;
    const model::Places places_;
    const store::Statuses& statuses_;
    std::set<std::string> found_;
};

const v1::Failure* failure_of(const v1::NodeStatus& status,
                              const std::vector<std::string>& owners) {
    for (const v1::Failure& failure : status.failures()) {
        if (std::ranges::find(owners, failure.owner()) != owners.end()) {
            return &failure;
        }
    }
    return nullptr;
}

}  // namespace

std::set<std::string> others_of(const model::Cluster& before, const std::vector<Edit>& edits,
                                const store::Statuses& statuses, const std::string& self) {
    Finder finder(before, statuses);
    for (const Edit& edit : edits) {
        std::visit(finder, edit);
    }
    std::set<std::string> nodes = std::move(finder).found();
    nodes.erase(self);
    return nodes;
}

Status check_online(const std::set<std::string>& nodes, const store::Statuses& statuses) {
    std::vector<std::string> offline;
    for (const std::string& node : nodes) {
        if (!statuses.online.contains(node)) {
            offline.push_back(offline_words(node, statuses));
        }
    }
    if (!offline.empty()) {
        return fail(Code::precondition, fmt::format("{}, and has a part in this: start its daemon "
                                                    "first, or see that it reaches the store",
                                                    fmt::join(offline, "; ")));
    }
    return {};
}

Status check_needs(const std::set<std::string>& nodes, const store::Statuses& statuses,
                   const std::string& volume) {
    for (const std::string& node : nodes) {
        const auto status = statuses.online.find(node);
        if (status == statuses.online.end()) {
            continue;
        }
        const v1::VolumeStatus* told = find_volume(status->second, volume);
        if (told != nullptr && !told->waits().empty()) {
            return fail(Code::precondition,
                        fmt::format("node '{}': the volume {}: try again when it is there", node,
                                    told->waits()));
        }
    }
    return {};
}

std::optional<Status> heard_from(const std::set<std::string>& nodes,
                                 const store::Statuses& statuses, std::int64_t revision,
                                 const std::vector<std::string>& owners) {
    bool all = true;
    for (const std::string& node : nodes) {
        const auto status = statuses.online.find(node);
        if (status == statuses.online.end()) {
            return fail(Code::precondition, offline_words(node, statuses) + " while this was done");
        }
        if (status->second.revision() < revision) {
            all = false;
            continue;
        }
        if (const v1::Failure* failure = failure_of(status->second, owners)) {
            return fail(Code::internal, fmt::format("node '{}': {}", node, failure->message()));
        }
    }
    return all ? std::optional(Status()) : std::nullopt;
}

Error overdue(const std::set<std::string>& nodes, const store::Statuses& statuses,
              std::int64_t revision) {
    for (const std::string& node : nodes) {
        const auto status = statuses.online.find(node);
        if (status != statuses.online.end() && status->second.revision() < revision) {
            const v1::Failure* failure = failure_of(status->second, {Owners::kShared});
            return {
                Code::internal,
                fmt::format("node '{}' has not carried it out in time: {}", node,
                            failure == nullptr ? "see the log of its dnvmed" : failure->message())};
        }
    }
    return {Code::internal, "it was not done in time: see 'dnvmectl status'"};
}

}  // namespace dnvme::daemon
