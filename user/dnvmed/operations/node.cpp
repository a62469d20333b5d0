// SPDX-License-Identifier: Apache-2.0
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/uuid.h"
#include "model/places.h"
#include "operations/intent.h"
#include "operations/labels.h"
#include "view.h"

namespace dnvme::daemon {

namespace {

Status check_portals(const v1::CreateNodeRequest& request) {
    const auto portals = static_cast<std::uint32_t>(request.portals_size());
    if (portals == 0 || portals > model::kMaxPortals) {
        return fail(Code::invalid,
                    fmt::format("node '{}' has {} portals: give it 1 to {}, each an address and "
                                "port where hosts reach this node",
                                request.name(), portals, model::kMaxPortals));
    }
    std::set<std::string> addresses;
    for (const auto& portal : request.portals()) {
        if (auto formed = model::check_portal(portal.address(), portal.port()); !formed) {
            return formed;
        }
        // One address a portal: the ranges of TCP ports of two portals would overlap.
        if (!addresses.insert(portal.address()).second) {
            return fail(Code::invalid,
                        fmt::format("address {} is given twice: a node has one portal an address",
                                    portal.address()));
        }
    }
    return {};
}

/// Another name would be a node that nobody runs.
Status check_run(const Context& context, const std::string& name) {
    if (name != context.node && !context.statuses.online.contains(name)) {
        return fail(Code::precondition,
                    fmt::format("no daemon on this store runs node '{}', and this one runs '{}': "
                                "start dnvmed there first, see node.name in dnvmed.toml",
                                name, context.node));
    }
    return {};
}

v1::Node make_node(const v1::CreateNodeRequest& request) {
    v1::Node node;
    node.set_uuid(make_uuid());
    node.set_name(request.name());
    *node.mutable_portals() = request.portals();
    *node.mutable_labels() = request.labels();
    return node;
}

std::vector<std::string> disks_of(const model::Cluster& cluster, const std::string& node) {
    std::vector<std::string> names;
    for (const auto& [name, disk] : cluster.disks) {
        if (disk.node() == node) {
            names.push_back(name);
        }
    }
    return names;
}

/// Those that have a controller there; their members may be elsewhere.
std::vector<std::string> volumes_on(const model::Cluster& cluster, const std::string& node) {
    const model::Places places(cluster);
    std::vector<std::string> names;
    for (const auto& [name, volume] : cluster.volumes) {
        if (places.has_controller_on(volume, node)) {
            names.push_back(name);
        }
    }
    return names;
}

}  // namespace

Result<Intent> create_node(const Context& context, const v1::CreateNodeRequest& request) {
    if (auto named = check_new_name(context.cluster.nodes, "node", request.name()); !named) {
        return pass(named.error());
    }
    if (auto run = check_run(context, request.name()); !run) {
        return pass(run.error());
    }
    if (auto portals = check_portals(request); !portals) {
        return pass(portals.error());
    }
    if (auto labels = check_labels(request.labels()); !labels) {
        return pass(labels.error());
    }
    const v1::Node node = make_node(request);
    Intent intent;
    intent.what = fmt::format("create node '{}'", node.name());
    intent.edits = {node};
    intent.finish = [name = node.name()](const Observation& seen) {
        v1::Event event;
        *event.mutable_node() = view_node(seen, seen.cluster.nodes.at(name));
        return std::optional(event);
    };
    return intent;
}

Result<Intent> delete_node(const Context& context, const v1::DeleteRequest& request) {
    const auto node = find(context.cluster.nodes, "node", request.name());
    if (!node) {
        return pass(node.error());
    }
    if (const auto disks = disks_of(context.cluster, node->name()); !disks.empty()) {
        return fail(Code::precondition, fmt::format("node '{}' has disks: delete them first: {}",
                                                    node->name(), fmt::join(disks, ", ")));
    }
    if (const auto volumes = volumes_on(context.cluster, node->name()); !volumes.empty()) {
        return fail(Code::precondition,
                    fmt::format("node '{}' has controllers of volumes: delete them first: {}",
                                node->name(), fmt::join(volumes, ", ")));
    }
    Intent intent;
    intent.what = fmt::format("delete node '{}'", node->name());
    intent.edits = {Erase<v1::Node>{*node}};
    return intent;
}

}  // namespace dnvme::daemon
