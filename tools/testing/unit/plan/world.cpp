// SPDX-License-Identifier: Apache-2.0
#include "world.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kernel_rules.h"
#include "model/names.h"
#include "sample.h"

namespace dnvme::plan {
namespace {

constexpr int kPatience = 20;

std::set<std::string> disks_of(const model::Cluster& cluster, const std::string& node) {
    std::set<std::string> uuids;
    for (const auto& [name, disk] : cluster.disks) {
        if (disk.node() == node)
            uuids.insert(disk.uuid());
    }
    return uuids;
}

bool lets_in(const KernelState& kernel, const Connection& connection) {
    const auto subsystem = kernel.subsystems.find(connection.nqn);
    if (subsystem == kernel.subsystems.end() || subsystem->second.namespaces.empty() ||
        !subsystem->second.allowed_hosts.contains(connection.host_nqn))
        return false;
    return std::any_of(kernel.ports.begin(), kernel.ports.end(), [&](const auto& entry) {
        const NvmetPort& port = entry.second;
        return port.address == connection.address && port.service == connection.service &&
               port.subsystems.contains(connection.nqn);
    });
}

}  // namespace

model::Cluster nodes_with_disks(int nodes) {
    model::Cluster cluster = sample_cluster();
    for (int i = 1; i < nodes; i++) {
        const std::string name = fmt::format("n{}", i + 1);
        v1::Node& node = cluster.nodes[name] = cluster.nodes.at("n1");
        node.set_uuid(sample_uuid("bb", i));
        node.set_name(name);
        node.mutable_portals(0)->set_address(fmt::format("192.0.2.{}", i + 1));
    }
    int next = 0;
    for (auto& [name, disk] : cluster.disks)
        disk.set_node(fmt::format("n{}", next++ % nodes + 1));
    return cluster;
}

bool World::is_exported(const Connection& connection) const {
    return std::any_of(kernels.begin(), kernels.end(),
                       [&](const auto& entry) { return lets_in(entry.second, connection); });
}

std::set<std::string> World::clients_of(const v1::LogicalDisk& member) const {
    std::set<std::string> clients;
    const std::string gate = "{dm:" + model::dm_uuid(model::DmKind::gate, member.uuid()) + "}";
    for (const auto& [name, kernel] : kernels) {
        for (const auto& [uuid, device] : kernel.dm) {
            if (device.table.at(0).params.find(gate) != std::string::npos)
                clients.insert(name);
        }
        const auto connection = kernel.connections.find(model::logical_disk_nqn(member.uuid()));
        if (connection != kernel.connections.end() && is_exported(connection->second))
            clients.insert(name);
    }
    return clients;
}

/// What the other node has announced of it.
std::uint64_t World::exported_bytes(const std::string& nqn) const {
    for (const auto& [name, kernel] : kernels) {
        const auto subsystem = kernel.subsystems.find(nqn);
        if (subsystem != kernel.subsystems.end() && !subsystem->second.namespaces.empty())
            return subsystem->second.namespaces.begin()->second.size_bytes;
    }
    return 0;
}

KernelState World::probe(const std::string& node) const {
    const auto found = kernels.find(node);
    KernelState kernel = found == kernels.end() ? KernelState() : found->second;
    for (auto& [nqn, connection] : kernel.connections) {
        connection.live = is_exported(connection);
        connection.device = "/dev/some";
        connection.size_bytes = exported_bytes(nqn);
    }
    return kernel;
}

Desired World::desire(const std::string& node) const {
    return build_desired(store, disks_of(store, node), {.node = node}, {}, probe(node));
}

MemberDecisions World::decide(const std::string& node, const MemberHistory& history) const {
    const std::set<std::string> disks = disks_of(store, node);
    const KernelState kernel = probe(node);
    return decide_members(store, node, Reach(store, disks, node, kernel), history, 0);
}

std::vector<Action> World::plan(const std::string& node) const {
    return make_plan(store, desire(node), probe(node));
}

std::size_t World::run(const std::string& node, std::size_t steps) {
    const auto actions = plan(node);
    const Status checked = check_plan(actions, probe(node));
    EXPECT_TRUE(checked) << node << ": " << checked.error().message();
    StrictMachine machine(store, probe(node));
    std::size_t done = 0;
    for (std::size_t i = 0; i < std::min(steps, actions.size()); i++) {
        const auto* connect = std::get_if<Connect>(&actions[i]);
        if (connect != nullptr && !is_exported(connect->connection))
            continue;
        EXPECT_EQ(machine.run(actions[i]), "") << node << ": " << describe(actions[i]);
        done++;
    }
    store = machine.cluster();
    kernels[node] = machine.kernel();
    return done;
}

void World::settle() {
    std::size_t done = 1;
    for (int i = 0; done > 0; i++) {
        ASSERT_LT(i, kPatience) << "it never ends";
        done = 0;
        const auto nodes = store.nodes;
        for (const auto& [name, node] : nodes)
            done += run(name);
    }
}

}  // namespace dnvme::plan
