// SPDX-License-Identifier: Apache-2.0
#include "inventory.h"

#include "operations/intent.h"
#include "view.h"

namespace dnvme::daemon {

namespace {

/// Hands every record that was asked for to @p take, in the order of the request or by name.
template <class Record, class Take>
Status for_each(const std::map<std::string, Record>& records, const char* noun,
                const v1::ListRequest& request, const Take& take) {
    if (request.names().empty()) {
        for (const auto& [name, record] : records) {
            take(record);
        }
        return {};
    }
    for (const auto& name : request.names()) {
        const auto record = find(records, noun, name);
        if (!record) {
            return pass(record.error());
        }
        take(*record);
    }
    return {};
}

}  // namespace

Result<v1::NodeList> list_nodes(const Observation& seen, const v1::ListRequest& request) {
    v1::NodeList list;
    auto listed = for_each(seen.cluster.nodes, "node", request, [&](const v1::Node& node) {
        *list.add_nodes() = view_node(seen, node);
    });
    return listed.map([&] { return list; });
}

Result<v1::DiskList> list_disks(const Observation& seen, const v1::ListRequest& request) {
    v1::DiskList list;
    auto listed = for_each(seen.cluster.disks, "disk", request, [&](const v1::Disk& disk) {
        *list.add_disks() = view_disk(seen, disk);
    });
    return listed.map([&] { return list; });
}

Result<v1::VolumeList> list_volumes(const Observation& seen, const v1::ListRequest& request) {
    v1::VolumeList list;
    auto listed = for_each(seen.cluster.volumes, "volume", request, [&](const v1::Volume& volume) {
        *list.add_volumes() = view_volume(seen, volume);
    });
    return listed.map([&] { return list; });
}

Result<v1::HeadList> list_heads(const Observation& seen, const v1::ListRequest& request) {
    v1::HeadList list;
    auto listed = for_each(seen.cluster.heads, "head", request, [&](const v1::Head& head) {
        *list.add_heads() = view_head(seen, head);
    });
    return listed.map([&] { return list; });
}

Result<v1::HostList> list_hosts(const Observation& seen, const v1::ListRequest& request) {
    v1::HostList list;
    auto listed = for_each(seen.cluster.hosts, "host", request, [&](const v1::Host& host) {
        *list.add_hosts() = view_host(seen, host);
    });
    return listed.map([&] { return list; });
}

}  // namespace dnvme::daemon
