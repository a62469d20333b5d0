// SPDX-License-Identifier: Apache-2.0
#include "sys/sim_heads.h"

#include <cerrno>

#include <fmt/format.h>

#include "sys/refused.h"

namespace dnvme::sys {
namespace {

constexpr const char* kSame = "11111111-2222-4333-8444-555555555555";
constexpr const char* kOther = "66666666-7777-4888-8999-aaaaaaaaaaaa";
constexpr std::uint32_t kNsid = 1;

}  // namespace

SimHeads::SimHeads(const plan::KernelState& kernel)
    : kernel_(kernel),
      namespaces_{{"/dev/simns0", {"nqn.2026-01.org.example:sim0", kSame}},
                  {"/dev/simns1", {"nqn.2026-01.org.example:sim1", kSame}},
                  {"/dev/simns2", {"nqn.2026-01.org.example:sim2", kOther}}} {}

std::string SimHeads::identity_of(const std::string& path) const {
    const auto found = namespaces_.find(path);
    return found != namespaces_.end() && found->second.there ? found->second.identity : "";
}

std::string SimHeads::find(const v1::Path& path) {
    for (const auto& [device, ns] : namespaces_) {
        const bool same = path.device().empty()
                              ? ns.subsystem_nqn == path.subsystem_nqn() && path.nsid() == kNsid
                              : device == path.device();
        if (same && ns.there)
            return device;
    }
    return "";
}

/// Takes I/O: the path that was chosen, else the enabled one of the highest priority.
HeadStatus SimHeads::status_of(const std::string& name, const plan::Head& head) const {
    HeadStatus status{.disk = "", .state = "", .active_path = "none", .paths = {}};
    const auto chosen = chosen_.find(name);
    std::int64_t best = -1;
    for (const auto& [path, state] : head.paths) {
        const bool works = state.enabled && !identity_of(state.device).empty();
        status.paths[path] = {.state = works ? "ready" : "off",
                              .identity = works ? identity_of(state.device) : "none"};
        const bool first = chosen != chosen_.end() && chosen->second == path;
        const std::int64_t rank = first ? INT64_MAX : state.priority;
        if (works && rank > best) {
            best = rank;
            status.active_path = path;
        }
    }
    if (head.enabled) {
        status.disk =
            fmt::format("nvmemp{}", std::distance(kernel_.heads.begin(), kernel_.heads.find(name)));
        status.state = best < 0 ? "down" : "up";
    }
    if (best >= 0 && head.enabled)
        status.paths[status.active_path].state = "active";
    return status;
}

Result<std::map<std::string, HeadStatus>> SimHeads::status() {
    std::map<std::string, HeadStatus> all;
    for (const auto& [name, head] : kernel_.heads)
        all[name] = status_of(name, head);
    return all;
}

Status SimHeads::activate(const std::string& head, const std::string& path) {
    const std::string what = fmt::format("activate path {} of head {}", path, head);
    const auto found = kernel_.heads.find(head);
    if (found == kernel_.heads.end() || !found->second.enabled)
        return refused(ENODEV, what);
    const auto status = status_of(head, found->second);
    if (!status.paths.contains(path))
        return refused(ENOENT, what);
    if (status.paths.at(path).state == "off")
        return refused(EHOSTDOWN, what);
    chosen_[head] = path;
    return {};
}

}  // namespace dnvme::sys
