// SPDX-License-Identifier: Apache-2.0
#include "machine.h"

#include "store/records.h"

namespace dnvme::daemon {

std::vector<std::string> Recorder::plan() const {
    if (events.empty()) {
        return {};
    }
    const auto& actions = events.front().plan().actions();
    return {actions.begin(), actions.end()};
}

std::vector<std::string> Recorder::steps() const {
    std::vector<std::string> sentences;
    for (const auto& event : events) {
        if (event.has_step()) {
            sentences.push_back(event.step().action());
        }
    }
    return sentences;
}

Machine::Machine() {
    auto opened = store::open_sqlite(":memory:");
    store_ = std::move(opened.value());
    EXPECT_TRUE(store::load(*store_));  // the cluster record
    restart_daemon();
}

void Machine::restart_daemon() {
    operations_.reset();
    agent_ = std::make_unique<Agent>(*store_, sim_, plan::Settings{.node = "n1"},
                                     [this] { return now_; });
    operations_ = std::make_unique<Operations>(*store_, sim_, *agent_, "n1");
    agent_->reconcile();
}

void Machine::reboot() {
    sim_.reboot();
    restart_daemon();
}

Status Machine::create_node(const std::string& name) {
    v1::CreateNodeRequest request;
    request.set_name(name);
    v1::Portal* portal = request.add_portals();
    portal->set_address("192.0.2.1");
    portal->set_port(4420);
    return run(daemon::create_node, request);
}

Status Machine::create_disk(const std::string& path, bool force, const std::string& name) {
    v1::CreateDiskRequest request;
    request.set_path(path);
    request.set_force(force);
    request.set_name(name);
    return run(daemon::create_disk, request);
}

Status Machine::create_volume(const std::string& name, std::uint64_t size, std::uint32_t legs,
                              v1::Redundancy redundancy, std::uint32_t standbys) {
    v1::CreateVolumeRequest request;
    request.set_name(name);
    request.set_size_bytes(size);
    request.set_legs(legs);
    request.set_redundancy(redundancy);
    request.set_standbys(standbys);
    return run(daemon::create_volume, request);
}

Status Machine::activate(const std::string& volume, std::uint32_t controller) {
    v1::ActivateVolumeRequest request;
    request.set_volume(volume);
    request.set_controller(controller);
    return run(daemon::activate_volume, request);
}

Status Machine::create_host(const std::string& name, const std::string& nqn) {
    v1::CreateHostRequest request;
    request.set_name(name);
    request.set_nqn(nqn);
    return run(daemon::create_host, request);
}

Status Machine::attach(const std::string& volume, const std::string& host) {
    v1::AttachRequest request;
    request.set_volume(volume);
    request.set_host(host);
    return run(daemon::attach_volume, request);
}

Status Machine::detach(const std::string& volume, const std::string& host) {
    v1::AttachRequest request;
    request.set_volume(volume);
    request.set_host(host);
    return run(daemon::detach_volume, request);
}

namespace {

v1::DeleteRequest delete_request(const std::string& name) {
    v1::DeleteRequest request;
    request.set_name(name);
    return request;
}

}  // namespace

Status Machine::delete_node(const std::string& name) {
    return run(daemon::delete_node, delete_request(name));
}

Status Machine::delete_disk(const std::string& name) {
    return run(daemon::delete_disk, delete_request(name));
}

Status Machine::delete_volume(const std::string& name) {
    return run(daemon::delete_volume, delete_request(name));
}

Status Machine::delete_host(const std::string& name) {
    return run(daemon::delete_host, delete_request(name));
}

void Machine::furnish() {
    ASSERT_DONE(create_node());
    for (const char* path : {"/dev/sim0", "/dev/sim1", "/dev/sim2", "/dev/sim3"}) {
        ASSERT_DONE(create_disk(path));
    }
    ASSERT_DONE(create_host("h1"));
}

void Machine::furnish_volume(std::uint32_t standbys) {
    furnish();
    ASSERT_DONE(create_volume("v1", 1ULL << 30, 2, v1::REDUNDANCY_RAID1, standbys));
    ASSERT_DONE(attach("v1", "h1"));
}

model::Cluster Machine::cluster() {
    return store::load(*store_).value().cluster;
}

Observation Machine::observe() {
    return agent_->observe().value();
}

Fingerprint Machine::fingerprint() {
    Fingerprint print{.revision = store_->list("").value().revision,
                      .kernel = sim_.state(),
                      .labels = {},
                      .actions = sim_.history().size()};
    const auto labelled = sim_.disks().labelled().value();
    for (const auto& device : labelled) {
        print.labels.emplace_back(device.path, device.label_uuid);
    }
    return print;
}

}  // namespace dnvme::daemon
