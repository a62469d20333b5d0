// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/names.h"
#include "plan/diff.h"

namespace dnvme::plan {
namespace {

class NvmetDiff {
  public:
    NvmetDiff(Diff& diff, const model::Cluster& cluster, const KernelState& actual)
        : diff_(diff), cluster_(cluster), wanted_(diff.wanted), actual_(actual) {}

    /// What goes decides about the cuts, and those about what is linked again.
    void run() {
        for (const auto& [nqn, subsystem] : actual_.subsystems)
            remove_from(subsystem);
        for (const auto& [id, port] : actual_.ports)
            cut(port);
        for (const auto& [nqn, subsystem] : wanted_.subsystems)
            create_in(subsystem);
        for (const auto& [id, port] : wanted_.ports)
            link(port);
        change_hosts();
    }

  private:
    void remove_from(const NvmetSubsystem& subsystem);
    void cut(const NvmetPort& port);
    void create_in(const NvmetSubsystem& subsystem);
    void link(const NvmetPort& port);
    void change_hosts();

    [[nodiscard]] bool must_go(const NvmetSubsystem& subsystem) const;
    [[nodiscard]] bool must_go(const NvmetSubsystem& subsystem, std::uint32_t nsid) const;
    [[nodiscard]] bool must_go(const NvmetPort& port) const;
    [[nodiscard]] bool must_cut(const std::string& nqn) const;
    [[nodiscard]] bool is_fenced(const std::string& nqn) const;
    [[nodiscard]] bool is_ours(const std::string& host_nqn) const;

    Diff& diff_;
    const model::Cluster& cluster_;
    const KernelState& wanted_;
    const KernelState& actual_;
};

bool NvmetDiff::must_go(const NvmetSubsystem& subsystem) const {
    const auto wanted = wanted_.subsystems.find(subsystem.nqn);
    return wanted == wanted_.subsystems.end() || wanted->second.serial != subsystem.serial ||
           wanted->second.ids != subsystem.ids;
}

bool NvmetDiff::must_go(const NvmetSubsystem& subsystem, std::uint32_t nsid) const {
    const NvmetNamespace& ns = subsystem.namespaces.at(nsid);
    if (must_go(subsystem) || diff_.remove_dm.contains(ns.device_uuid))
        return true;
    const auto& wanted = wanted_.subsystems.at(subsystem.nqn).namespaces;
    const auto same = wanted.find(nsid);
    return same == wanted.end() || same->second != ns;
}

bool NvmetDiff::must_go(const NvmetPort& port) const {
    const auto wanted = wanted_.ports.find(port.id);
    return wanted == wanted_.ports.end() || wanted->second.address != port.address ||
           wanted->second.service != port.service;
}

void NvmetDiff::remove_from(const NvmetSubsystem& subsystem) {
    const bool whole = must_go(subsystem);
    if (whole)
        diff_.remove_subsystems.insert(subsystem.nqn);
    for (const auto& [nsid, ns] : subsystem.namespaces) {
        if (must_go(subsystem, nsid))
            diff_.remove_namespaces.emplace(subsystem.nqn, nsid);
    }
    for (const std::string& host : subsystem.allowed_hosts) {
        if (whole || !wanted_.subsystems.at(subsystem.nqn).allowed_hosts.contains(host))
            diff_.disallow.emplace(subsystem.nqn, host);
    }
}

/// Its front will fail what it holds, and no host may see that.
bool NvmetDiff::is_fenced(const std::string& nqn) const {
    const auto subsystem = actual_.subsystems.find(nqn);
    return subsystem != actual_.subsystems.end() &&
           std::any_of(subsystem->second.namespaces.begin(), subsystem->second.namespaces.end(),
                       [&](const auto& ns) { return diff_.fence.contains(ns.second.device_uuid); });
}

/// Whether hosts may be connected that must not be, or to something that goes.
bool NvmetDiff::must_cut(const std::string& nqn) const {
    const auto of_subsystem = [&](const auto& entry) { return entry.first == nqn; };
    return diff_.remove_subsystems.contains(nqn) || is_fenced(nqn) ||
           std::any_of(diff_.remove_namespaces.begin(), diff_.remove_namespaces.end(),
                       of_subsystem) ||
           std::any_of(diff_.disallow.begin(), diff_.disallow.end(), of_subsystem);
}

void NvmetDiff::cut(const NvmetPort& port) {
    const bool whole = must_go(port);
    if (whole)
        diff_.remove_ports.insert(port.id);
    for (const std::string& nqn : port.subsystems) {
        if (whole || must_cut(nqn) || !wanted_.ports.at(port.id).subsystems.contains(nqn))
            diff_.unlink.emplace(port.id, nqn);
    }
}

void NvmetDiff::create_in(const NvmetSubsystem& subsystem) {
    const auto there = actual_.subsystems.find(subsystem.nqn);
    const bool whole =
        there == actual_.subsystems.end() || diff_.remove_subsystems.contains(subsystem.nqn);
    if (whole)
        diff_.create_subsystems.insert(subsystem.nqn);
    for (const auto& [nsid, ns] : subsystem.namespaces) {
        if (whole || !there->second.namespaces.contains(nsid) ||
            diff_.remove_namespaces.contains({subsystem.nqn, nsid}))
            diff_.create_namespaces.emplace(subsystem.nqn, nsid);
        else if (there->second.namespaces.at(nsid).size_bytes != ns.size_bytes)
            diff_.announce.emplace(subsystem.nqn, nsid);
    }
    for (const std::string& host : subsystem.allowed_hosts) {
        if (whole || !there->second.allowed_hosts.contains(host))
            diff_.allow.emplace(subsystem.nqn, host);
    }
}

void NvmetDiff::link(const NvmetPort& port) {
    const auto there = actual_.ports.find(port.id);
    const bool whole = there == actual_.ports.end() || diff_.remove_ports.contains(port.id);
    if (whole)
        diff_.create_ports.insert(port.id);
    else if (there->second.inaccessible != port.inaccessible)
        diff_.set_access.insert(port.id);
    for (const std::string& nqn : port.subsystems) {
        if (whole || !there->second.subsystems.contains(nqn) ||
            diff_.unlink.contains({port.id, nqn}))
            diff_.link.emplace(port.id, nqn);
    }
}

/// Entries of hosts carry no mark, so one is ours only if a record or a subsystem of ours names it.
bool NvmetDiff::is_ours(const std::string& host_nqn) const {
    return std::any_of(cluster_.hosts.begin(), cluster_.hosts.end(),
                       [&](const auto& host) { return host.second.nqn() == host_nqn; }) ||
           std::any_of(
               cluster_.nodes.begin(), cluster_.nodes.end(),
               [&](const auto& node) { return model::node_nqn(node.second.uuid()) == host_nqn; }) ||
           std::any_of(actual_.subsystems.begin(), actual_.subsystems.end(),
                       [&](const auto& subsystem) {
                           return subsystem.second.allowed_hosts.contains(host_nqn);
                       });
}

void NvmetDiff::change_hosts() {
    for (const std::string& nqn : actual_.hosts) {
        if (!wanted_.hosts.contains(nqn) && is_ours(nqn))
            diff_.remove_hosts.insert(nqn);
    }
    for (const std::string& nqn : wanted_.hosts) {
        if (!actual_.hosts.contains(nqn))
            diff_.create_hosts.insert(nqn);
    }
}

}  // namespace

void diff_nvmet(Diff& diff, const model::Cluster& cluster, const KernelState& actual) {
    NvmetDiff(diff, cluster, actual).run();
}

}  // namespace dnvme::plan
