// SPDX-License-Identifier: Apache-2.0
#include "operations/edit.h"

namespace dnvme::daemon {

namespace {

auto& records(model::Cluster& cluster, const v1::Node& /*kind*/) {
    return cluster.nodes;
}
auto& records(model::Cluster& cluster, const v1::Disk& /*kind*/) {
    return cluster.disks;
}
auto& records(model::Cluster& cluster, const v1::Volume& /*kind*/) {
    return cluster.volumes;
}
auto& records(model::Cluster& cluster, const v1::Host& /*kind*/) {
    return cluster.hosts;
}
auto& records(model::Cluster& cluster, const v1::Head& /*kind*/) {
    return cluster.heads;
}

template <class Record>
void edit_model(model::Cluster& cluster, const Record& record) {
    records(cluster, record)[record.name()] = record;
}

template <class Record>
void edit_model(model::Cluster& cluster, const Erase<Record>& erase) {
    records(cluster, erase.record).erase(erase.record.name());
}

template <class Record>
void edit_store(store::Change& change, const Record& record) {
    change.put(record);
}

template <class Record>
void edit_store(store::Change& change, const Erase<Record>& erase) {
    change.erase(store::key_of(erase.record));
}

}  // namespace

void apply(model::Cluster& cluster, const Edit& edit) {
    std::visit([&](const auto& e) { edit_model(cluster, e); }, edit);
}

void apply(store::Change& change, const Edit& edit) {
    std::visit([&](const auto& e) { edit_store(change, e); }, edit);
}

}  // namespace dnvme::daemon
