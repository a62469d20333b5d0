// SPDX-License-Identifier: Apache-2.0
#include "cluster_status.h"

#include "model/places.h"
#include "view.h"

namespace dnvme::daemon {

namespace {

bool is_right(const v1::VolumeView& view) {
    return view.health() == v1::HEALTH_OK && !view.volume().deleting();
}

v1::NodeView unknown_node(const v1::Node& node) {
    v1::NodeView view;
    *view.mutable_node() = node;
    view.set_problem("the store does not say how it is");
    return view;
}

}  // namespace

v1::StoreView view_store(const StoreConfig& config,
                         const std::optional<StoreHealth::Outage>& outage) {
    v1::StoreView view;
    view.set_kind(config.kind);
    if (config.kind == "etcd") {
        view.mutable_places()->Assign(config.endpoints.begin(), config.endpoints.end());
    } else {
        view.add_places(config.path);
    }
    view.set_reachable(!outage);
    if (outage) {
        view.set_since_unix_s(outage->since_unix_s);
        view.set_problem(outage->why);
    }
    return view;
}

void add_seen(const Observation& seen, bool current, v1::ClusterStatus& status) {
    status.set_cluster_uuid(seen.cluster.self.uuid());
    for (const auto& [name, node] : seen.cluster.nodes) {
        const bool known = current || name == seen.node;
        *status.add_nodes() = known ? view_node(seen, node) : unknown_node(node);
    }
    if (current) {
        status.set_leader(seen.statuses.leader);
    }
    const model::Places places(seen.cluster);
    status.set_volume_count(static_cast<std::uint32_t>(seen.cluster.volumes.size()));
    for (const auto& [name, volume] : seen.cluster.volumes) {
        if (!current && !places.takes_part(volume, seen.node)) {
            continue;
        }
        if (auto view = view_volume(seen, volume); !is_right(view)) {
            *status.add_volumes() = std::move(view);
        }
    }
}

}  // namespace dnvme::daemon
