// SPDX-License-Identifier: Apache-2.0
#include "sample.h"

#include <algorithm>

#include <fmt/format.h>

#include "model/growth.h"
#include "plan/grow_legs.h"
#include "plan/place_legs.h"

namespace dnvme::plan {
namespace {

constexpr std::uint64_t kGiB = 1ULL << 30;

void add_host(model::Cluster& cluster, int number) {
    const std::string name = fmt::format("h{}", number);
    v1::Host& host = cluster.hosts[name];
    host.set_uuid(sample_uuid("cc", number));
    host.set_name(name);
    host.set_nqn("nqn.2014-08.com.example:" + name);
}

void add_disk(model::Cluster& cluster, int number) {
    const std::string name = fmt::format("d{}", number);
    v1::Disk& disk = cluster.disks[name];
    disk.set_uuid(sample_uuid("dd", number));
    disk.set_name(name);
    disk.set_node("n1");
    disk.set_size_bytes(1024 * kGiB);
    disk.set_data_offset_bytes(model::kDiskDataOffset);
}

}  // namespace

std::string sample_uuid(const std::string& prefix, int number) {
    return fmt::format("{}000000-0000-4000-8000-{:012}", prefix, number);
}

model::Cluster sample_cluster() {
    model::Cluster cluster;
    cluster.self.set_uuid(sample_uuid("aa", 0));
    v1::Node& node = cluster.nodes["n1"];
    node.set_uuid(sample_uuid("bb", 0));
    node.set_name("n1");
    v1::Portal* portal = node.add_portals();
    portal->set_address("192.0.2.1");
    portal->set_port(4420);
    for (int i = 0; i < 4; i++)
        add_disk(cluster, i);
    for (int i = 0; i < 2; i++)
        add_host(cluster, i);
    return cluster;
}

v1::Volume& add_volume(model::Cluster& cluster, const std::string& name, int legs,
                       v1::Redundancy redundancy) {
    const int number = static_cast<int>(cluster.volumes.size());
    const auto count = static_cast<std::uint32_t>(legs);
    const model::Shape shape = *model::make_shape(redundancy, 0);
    const auto layout = model::layout_volume(count * 10 * kGiB, count, model::kDefaultChunk, shape);
    const auto placed = place_legs(
        cluster, {.legs = count, .shape = shape, .layout = layout->leg, .rules = {}, .pins = {}});
    v1::Volume& volume = cluster.volumes[name];
    volume.set_uuid(sample_uuid("ee", number));
    volume.set_name(name);
    volume.set_size_bytes(layout->size);
    volume.set_chunk_bytes(model::kDefaultChunk);
    volume.set_redundancy(redundancy);
    volume.set_members(model::recorded_members(shape));
    volume.set_epoch(1);
    volume.set_port_offset(static_cast<std::uint32_t>(number));
    for (int i = 0; i < legs; i++) {
        v1::Leg* leg = volume.add_legs();
        *leg = placed->legs[static_cast<std::size_t>(i)];
        leg->set_uuid(sample_uuid("ff", number * 100 + i));
        for (int m = 0; m < leg->members_size(); m++)
            leg->mutable_members(m)->set_uuid(sample_uuid("ab", number * 1000 + i * 10 + m));
    }
    return volume;
}

v1::Controller& add_standby(v1::Volume& volume) {
    const int number = static_cast<int>(volume.port_offset()) * 10 + volume.standbys_size();
    v1::Controller& standby = *volume.add_standbys();
    standby.set_uuid(sample_uuid("ec", number));
    standby.set_port_offset(1000 + static_cast<std::uint32_t>(number));
    return standby;
}

void attach(v1::Volume& volume, const std::string& host) {
    volume.add_hosts(host);
}

void format_all(model::Cluster& cluster) {
    for (auto& [name, volume] : cluster.volumes) {
        for (v1::Leg& leg : *volume.mutable_legs())
            leg.set_formatted(true);
    }
}

void grow(model::Cluster& cluster, const std::string& name, std::uint64_t more) {
    v1::Volume& volume = cluster.volumes.at(name);
    const auto layout = model::layout_grown(volume, volume.size_bytes() + more);
    volume = grow_legs(cluster, volume, layout.value()).value().volume;
}

std::set<std::string> all_disks(const model::Cluster& cluster) {
    std::set<std::string> uuids;
    for (const auto& [name, disk] : cluster.disks)
        uuids.insert(disk.uuid());
    return uuids;
}

Settings sample_settings() {
    return {.node = "n1"};
}

Desired desire(const model::Cluster& cluster, const KernelState& actual) {
    return build_desired(cluster, all_disks(cluster), sample_settings(), {}, actual);
}

std::vector<std::string> sentences(const std::vector<Action>& plan) {
    std::vector<std::string> lines;
    std::transform(plan.begin(), plan.end(), std::back_inserter(lines), describe);
    return lines;
}

std::vector<std::string> plan_for(const model::Cluster& cluster, const KernelState& actual) {
    return sentences(make_plan(cluster, desire(cluster, actual), actual));
}

KernelState built(const model::Cluster& cluster) {
    return desire(cluster).kernel;
}

}  // namespace dnvme::plan
