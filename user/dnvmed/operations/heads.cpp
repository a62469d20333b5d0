// SPDX-License-Identifier: Apache-2.0
#include "operations/heads.h"

#include <algorithm>

#include <fmt/format.h>

#include "view.h"

namespace dnvme::daemon {

namespace {

constexpr std::uint32_t kMaxPriority = 255;

/// A setting, and what the module takes; the same numbers as in its ABI description.
Status check_range(const char* what, bool given, std::uint64_t value, std::uint64_t least,
                   std::uint64_t most) {
    if (given && (value < least || value > most)) {
        return fail(Code::invalid, fmt::format("{} {} is not possible: expected {} to {}", what,
                                               value, least, most));
    }
    return {};
}

Status check_ranges(const v1::HeadSettings& s) {
    const Status all[] = {check_range("activation_timeout_ms", s.has_activation_timeout_ms(),
                                      s.activation_timeout_ms(), 100, 3600000),
                          check_range("queue_timeout_ms", s.has_queue_timeout_ms(),
                                      s.queue_timeout_ms(), 0, 86400000),
                          check_range("max_tries", s.has_max_tries(), s.max_tries(), 0, 1000),
                          check_range("failover_interval_ms", s.has_failover_interval_ms(),
                                      s.failover_interval_ms(), 0, 600000),
                          check_range("failback_delay_ms", s.has_failback_delay_ms(),
                                      s.failback_delay_ms(), 0, 86400000),
                          check_range("silence_timeout_ms", s.has_silence_timeout_ms(),
                                      s.silence_timeout_ms(), 0, 3600000),
                          check_range("opcode", s.has_opcode(), s.opcode(), 0xc0, 0xff)};
    const auto* const bad =
        std::find_if(std::begin(all), std::end(all), [](const Status& one) { return !one; });
    return bad == std::end(all) ? Status() : *bad;
}

}  // namespace

Status check_settings(v1::Activation activation, const v1::HeadSettings& settings) {
    if (activation == v1::ACTIVATION_RESERVATION && settings.pr_key() == 0) {
        return fail(Code::invalid, "activation reservation needs a key that is not 0: give pr_key");
    }
    return check_ranges(settings);
}

Status check_priority(std::uint32_t priority) {
    return check_range("priority", true, priority, 0, kMaxPriority);
}

Result<v1::Head> find_head(const Context& context, const std::string& name) {
    auto head = find(context.cluster.heads, "head", name);
    if (!head) {
        return head;
    }
    if (auto stays = check_not_deleting("head", *head); !stays) {
        return pass(stays.error());
    }
    return head;
}

Status check_has_path(const v1::Head& head, const std::string& path) {
    const auto& paths = head.paths();
    if (std::none_of(paths.begin(), paths.end(),
                     [&](const auto& one) { return one.name() == path; })) {
        return fail(Code::not_found, fmt::format("head '{}' has no path '{}'", head.name(), path));
    }
    return {};
}

decltype(Intent::finish) show_head(const std::string& name) {
    return [name](const Observation& seen) -> Result<std::optional<v1::Event>> {
        v1::Event event;
        *event.mutable_head() = view_head(seen, seen.cluster.heads.at(name));
        return std::optional(event);
    };
}

std::vector<Edit> edit_head(const model::Cluster& cluster, const std::string& name,
                            const std::function<void(v1::Head&)>& change) {
    const auto found = cluster.heads.find(name);
    if (found == cluster.heads.end()) {
        return {};
    }
    v1::Head head = found->second;
    change(head);
    return {head};
}

}  // namespace dnvme::daemon
