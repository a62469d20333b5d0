// SPDX-License-Identifier: Apache-2.0
#include "vm_node.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/uuid.h"
#include "model/layout.h"
#include "model/names.h"
#include "plan/place_legs.h"
#include "sys/dm_client.h"

namespace dnvme::sys {
namespace {

constexpr std::uint64_t kLegBytes = 256 * model::kMiB;

void add_disk(model::Cluster& cluster, LinuxDisks& disks, const std::string& name) {
    const std::string path = "/dev/" + name;
    v1::Disk& disk = cluster.disks[name];
    disk.set_uuid(make_uuid());
    disk.set_name(name);
    disk.set_node("node");
    disk.set_path(path);
    const Status labelled = disks.write_label(path, disk.uuid(), cluster.self.uuid());
    ASSERT_TRUE(labelled) << labelled.error().message();
    disk.set_size_bytes(disks.inspect(path)->size_bytes);
    disk.set_data_offset_bytes(model::kDiskDataOffset);
}

/// The store as it is when every volume and host is to go.
model::Cluster all_deleting(model::Cluster cluster) {
    for (auto& [name, volume] : cluster.volumes) {
        volume.clear_hosts();
        volume.set_deleting(true);
    }
    for (auto& [name, host] : cluster.hosts)
        host.set_deleting(true);
    return cluster;
}

}  // namespace

VmNode::VmNode() {
    cluster_.self.set_uuid(make_uuid());
    v1::Node& node = cluster_.nodes["node"];
    node.set_uuid(make_uuid());
    node.set_name("node");
    v1::Portal* portal = node.add_portals();
    portal->set_address("127.0.0.1");
    portal->set_port(4420);
    v1::Host& host = cluster_.hosts["h0"];
    host.set_uuid(make_uuid());
    host.set_name("h0");
    host.set_nqn("nqn.2014-08.org.example:h0");
    LinuxDisks disks;
    for (const char* name : {"vda", "vdb", "vdc", "vdd"})
        add_disk(cluster_, disks, name);
}

v1::Volume& VmNode::add_volume(std::uint32_t legs, v1::Redundancy redundancy) {
    const model::Shape shape = *model::make_shape(redundancy, 0);
    const auto layout = model::layout_volume(legs * kLegBytes, legs, model::kDefaultChunk, shape);
    const auto placed = plan::place_legs(
        cluster_, {.legs = legs, .shape = shape, .layout = layout->leg, .rules = {}, .pins = {}});
    const auto offset = model::free_port_offset(cluster_);
    const std::string name = fmt::format("v{}", *offset);
    v1::Volume& volume = cluster_.volumes[name];
    volume.set_uuid(make_uuid());
    volume.set_name(name);
    volume.set_size_bytes(layout->size);
    volume.set_chunk_bytes(model::kDefaultChunk);
    volume.set_redundancy(redundancy);
    volume.set_members(model::recorded_members(shape));
    volume.set_epoch(1);
    volume.set_port_offset(*offset);
    volume.add_hosts("h0");
    for (const v1::Leg& leg : placed->legs)
        *volume.add_legs() = leg;
    return volume;
}

void VmNode::delete_all() {
    cluster_ = all_deleting(std::move(cluster_));
}

std::set<std::string> VmNode::disks() {
    std::set<std::string> uuids;
    const auto labelled = kernel_->disks().labelled();
    for (const BlockDevice& disk : *labelled)
        uuids.insert(disk.label_uuid);
    return uuids;
}

plan::KernelState VmNode::actual() {
    auto state = kernel_->probe(kernel_->disks().labelled().value());
    EXPECT_TRUE(state) << state.error().message();
    return *std::move(state);
}

plan::KernelState VmNode::desired() {
    return plan::build_desired(cluster_, disks(), {.node = "node"}, {}, actual()).kernel;
}

std::vector<plan::Action> VmNode::planned() {
    const plan::KernelState state = actual();
    const plan::Desired wanted =
        plan::build_desired(cluster_, disks(), {.node = "node"}, {}, state);
    EXPECT_TRUE(wanted.down.empty());
    auto actions = plan::make_plan(cluster_, wanted, state);
    const Status allowed = plan::check_plan(actions, state);
    EXPECT_TRUE(allowed) << allowed.error().message();
    return actions;
}

bool VmNode::run_on_store(const plan::Action& action) {
    if (const auto* volume = std::get_if<plan::ForgetVolume>(&action))
        return cluster_.volumes.erase(volume->name) == 1;
    if (const auto* host = std::get_if<plan::ForgetHost>(&action))
        return cluster_.hosts.erase(host->name) == 1;
    const auto* formatted = std::get_if<plan::MarkFormatted>(&action);
    if (formatted == nullptr)
        return false;
    for (auto& [name, volume] : cluster_.volumes) {
        for (v1::Leg& leg : *volume.mutable_legs())
            leg.set_formatted(leg.formatted() || leg.uuid() == formatted->leg_uuid);
    }
    return true;
}

void VmNode::run(const std::vector<plan::Action>& actions) {
    for (const plan::Action& action : actions) {
        if (run_on_store(action))
            continue;
        const Status done = kernel_->run(action);
        ASSERT_TRUE(done) << done.error().message();
    }
}

std::size_t VmNode::reconcile() {
    std::size_t done = 0;
    for (auto actions = planned(); !actions.empty(); actions = planned()) {
        run(actions);
        if (::testing::Test::HasFailure())
            break;
        done += actions.size();
    }
    return done;
}

void VmNode::tear_down() {
    const model::Cluster kept = cluster_;
    delete_all();
    reconcile();
    cluster_ = kept;
}

std::string front_path(const v1::Volume& volume) {
    return dm_path(model::dm_name(model::DmKind::front, volume.uuid()));
}

}  // namespace dnvme::sys
