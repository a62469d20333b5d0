// SPDX-License-Identifier: Apache-2.0
#include "plan/heads.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "model/names.h"

namespace dnvme::plan {
namespace {

std::string activation_word(v1::Activation activation) {
    switch (activation) {
        case v1::ACTIVATION_NVME:
            return "nvme";
        case v1::ACTIVATION_RESERVATION:
            return "reservation";
        default:
            return "none";
    }
}

HeadPath wanted_path(const v1::Head& head, const v1::Path& path, const PathDevices& devices) {
    const auto found = devices.find({head.uuid(), path.name()});
    const bool there = found != devices.end() && !found->second.empty();
    return {.device = there ? found->second : "",
            .identity = head.identity(),
            .priority = path.priority(),
            .enabled = there};
}

class Planner {
  public:
    std::vector<Action> run(const std::map<std::string, Head>& wanted,
                            const std::map<std::string, Head>& actual) {
        for (const auto& [name, head] : actual) {
            if (!wanted.contains(name))
                remove(name, head);
        }
        for (const auto& [name, head] : wanted) {
            const auto there = actual.find(name);
            bring(name, head, there == actual.end() ? nullptr : &there->second);
        }
        return std::move(plan_);
    }

  private:
    template <class A>
    void add(A action) {
        plan_.emplace_back(std::move(action));
    }
    void remove(const std::string& name, const Head& head);
    void bring(const std::string& name, const Head& wanted, const Head* actual);
    void set_attributes(const std::string& name, const Head& wanted, const Head& actual);
    void remove_paths(const std::string& name, const Head& wanted, const Head& actual);
    void bring_path(const std::string& name, const std::string& path, const HeadPath& wanted,
                    const HeadPath* actual);

    std::vector<Action> plan_;
};

void Planner::remove(const std::string& name, const Head& head) {
    if (head.enabled)
        add(DisableHead{.head = name});
    for (const auto& [path, state] : head.paths)
        add(RemovePath{.head = name, .path = path});
    add(RemoveHead{.head = name});
}

bool must_go(const HeadPath& actual, const HeadPath* wanted) {
    return wanted == nullptr || wanted->identity != actual.identity;
}

const HeadPath* path_of(const Head* head, const std::string& name) {
    if (head == nullptr)
        return nullptr;
    const auto path = head->paths.find(name);
    return path == head->paths.end() ? nullptr : &path->second;
}

void Planner::remove_paths(const std::string& name, const Head& wanted, const Head& actual) {
    for (const auto& [path, state] : actual.paths) {
        if (must_go(state, path_of(&wanted, path)))
            add(RemovePath{.head = name, .path = path});
    }
}

/// What may be refused goes first: nothing has changed then.
void Planner::set_attributes(const std::string& name, const Head& wanted, const Head& actual) {
    for (const bool live : {false, true}) {
        for (const auto& [attribute, value] : wanted.attributes) {
            const auto is = actual.attributes.find(attribute);
            const bool same = is != actual.attributes.end() && is->second == value;
            if (!same && changes_live(attribute) == live)
                add(SetHead{.head = name, .attribute = attribute, .value = value});
        }
    }
}

void Planner::bring(const std::string& name, const Head& wanted, const Head* actual) {
    if (actual == nullptr) {
        add(CreateHead{.head = name, .attributes = wanted.attributes});
    } else {
        remove_paths(name, wanted, *actual);
        set_attributes(name, wanted, *actual);
    }
    for (const auto& [path, state] : wanted.paths) {
        const HeadPath* there = path_of(actual, path);
        bring_path(name, path, state,
                   there != nullptr && must_go(*there, &state) ? nullptr : there);
    }
    const bool any = std::any_of(wanted.paths.begin(), wanted.paths.end(),
                                 [](const auto& path) { return path.second.enabled; });
    if (any && (actual == nullptr || !actual->enabled))
        add(EnableHead{.head = name});
}

void Planner::bring_path(const std::string& name, const std::string& path, const HeadPath& wanted,
                         const HeadPath* actual) {
    if (actual == nullptr)
        add(CreatePath{
            .head = name, .path = path, .identity = wanted.identity, .priority = wanted.priority});
    else if (actual->priority != wanted.priority)
        add(SetPriority{.head = name, .path = path, .priority = wanted.priority});
    const bool enabled = actual != nullptr && actual->enabled;
    if (!wanted.enabled || (enabled && actual->device == wanted.device))
        return;
    if (enabled)
        add(DisablePath{.head = name, .path = path});
    add(EnablePath{.head = name, .path = path, .device = wanted.device});
}

}  // namespace

std::map<std::string, std::string> head_attributes(const v1::Head& head) {
    const v1::HeadSettings& settings = head.settings();
    std::map<std::string, std::string> attributes = {
        {"activation", activation_word(head.activation())},
        {"policy", head.policy() == v1::POLICY_ROUND_ROBIN ? "round-robin" : "active-standby"},
        {"uuid", head.identity()}};
    const auto give = [&](const char* name, bool given, std::string value) {
        if (given)
            attributes[name] = std::move(value);
    };
    give("activation_timeout_ms", settings.has_activation_timeout_ms(),
         std::to_string(settings.activation_timeout_ms()));
    give("queue_timeout_ms", settings.has_queue_timeout_ms(),
         std::to_string(settings.queue_timeout_ms()));
    give("max_tries", settings.has_max_tries(), std::to_string(settings.max_tries()));
    give("failover_interval_ms", settings.has_failover_interval_ms(),
         std::to_string(settings.failover_interval_ms()));
    give("failback", settings.has_automatic_failback(),
         settings.automatic_failback() ? "automatic" : "manual");
    give("failback_delay_ms", settings.has_failback_delay_ms(),
         std::to_string(settings.failback_delay_ms()));
    give("silence_timeout_ms", settings.has_silence_timeout_ms(),
         std::to_string(settings.silence_timeout_ms()));
    give("opcode", settings.has_opcode(), fmt::format("{:#x}", settings.opcode()));
    give("pr_key", settings.has_pr_key(), fmt::format("{:#018x}", settings.pr_key()));
    return attributes;
}

bool changes_live(const std::string& attribute) {
    static const std::set<std::string> fixed = {"activation", "opcode", "policy", "pr_key", "uuid"};
    return !fixed.contains(attribute);
}

std::map<std::string, Head> wanted_heads(const model::Cluster& cluster, const std::string& node,
                                         const PathDevices& devices) {
    std::map<std::string, Head> heads;
    for (const auto& [name, record] : cluster.heads) {
        if (record.deleting() || record.node() != node)
            continue;
        Head& head = heads[model::head_dir(record.uuid())];
        head.attributes = head_attributes(record);
        for (const v1::Path& path : record.paths()) {
            const HeadPath wanted = wanted_path(record, path, devices);
            head.enabled = head.enabled || wanted.enabled;
            head.paths[path.name()] = wanted;
        }
    }
    return heads;
}

std::vector<Action> plan_heads(const std::map<std::string, Head>& wanted,
                               const std::map<std::string, Head>& actual) {
    return Planner().run(wanted, actual);
}

}  // namespace dnvme::plan
