// SPDX-License-Identifier: Apache-2.0
#include "nodes.h"

#include <chrono>

namespace dnvme::daemon {

namespace {

constexpr std::chrono::seconds kLimit{120};
constexpr std::chrono::milliseconds kPoll{20};

tl::unexpected<Error> no_answer() {
    return fail(Code::unavailable, "the line is cut");
}

class CutWatch : public store::Watch {
  public:
    CutWatch(std::unique_ptr<store::Watch> below, std::shared_ptr<std::atomic<bool>> cut)
        : below_(std::move(below)), cut_(std::move(cut)) {}

    Result<store::Changes> next(std::chrono::milliseconds timeout) override {
        if (*cut_) {
            std::this_thread::sleep_for(timeout);
            return no_answer();
        }
        return below_->next(timeout);
    }

  private:
    const std::unique_ptr<store::Watch> below_;
    const std::shared_ptr<std::atomic<bool>> cut_;
};

/// Hands everything on to a simulator that somebody else keeps.
class SharedKernel final : public sys::Kernel {
  public:
    explicit SharedKernel(Sim sim) : sim_(std::move(sim)) {}

    sys::Disks& disks() override { return sim_->disks(); }
    sys::Heads& heads() override { return sim_->heads(); }
    Result<plan::KernelState> probe(const std::vector<sys::BlockDevice>& labelled) override {
        return sim_->probe(labelled);
    }
    Status run(const plan::Action& action) override { return sim_->run(action); }
    std::vector<sys::FenceResult> fence_all(const std::vector<std::string>& uuids,
                                            std::uint64_t epoch,
                                            std::chrono::milliseconds drain) override {
        return sim_->fence_all(uuids, epoch, drain);
    }
    Result<sys::CommandDevice> open_commands() override { return sim_->open_commands(); }

  private:
    const Sim sim_;
};

}  // namespace

bool eventually(const std::function<bool()>& condition) {
    const auto limit = std::chrono::steady_clock::now() + kLimit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > limit) {
            return false;
        }
        std::this_thread::sleep_for(kPoll);
    }
    return true;
}

Result<store::Snapshot> Line::list(const std::string& prefix) {
    return *cut ? no_answer() : ForwardingStore::list(prefix);
}

Result<std::int64_t> Line::transact(const std::vector<store::Compare>& compares,
                                    const std::vector<store::Write>& writes) {
    return *cut ? no_answer() : ForwardingStore::transact(compares, writes);
}

std::unique_ptr<store::Watch> Line::watch(const std::string& prefix, std::int64_t from_revision) {
    return std::make_unique<CutWatch>(ForwardingStore::watch(prefix, from_revision), cut);
}

Result<store::LeaseId> Line::grant(std::chrono::seconds ttl) {
    return *cut ? no_answer() : ForwardingStore::grant(ttl);
}

Status Line::keep_alive(store::LeaseId lease) {
    return *cut ? no_answer() : ForwardingStore::keep_alive(lease);
}

Status Line::revoke(store::LeaseId lease) {
    return *cut ? no_answer() : ForwardingStore::revoke(lease);
}

TestNode::TestNode(const std::string& name, std::unique_ptr<Line> line, Sim sim,
                   std::optional<Identity> identity, std::uint32_t lease_s)
    : sim_(std::move(sim)), cut_(line->cut), thread_(std::move(StateThread::make().value())) {
    Config config;
    config.node = name;
    config.lease_s = lease_s;
    config.store.path = "the test's store";
    daemon_ =
        std::make_unique<Daemon>(config, true, identity ? *identity : identify(name, true).value(),
                                 std::move(line), std::make_unique<SharedKernel>(sim_), *thread_);
    loop_ = std::thread([this] { (void)thread_->run(); });
    thread_->post([this] { daemon_->start(); });
    (void)ask<bool>([](Daemon& /*daemon*/) { return true; });  // it has started
}

TestNode::~TestNode() {
    thread_->post([this] { thread_->stop(); });
    loop_.join();
}

Status TestNode::run(const Planner& planner) {
    events.clear();
    auto queue = std::make_shared<EventQueue>();
    auto sink = std::make_shared<QueueSink>(queue);
    thread_->post(
        [this, &planner, sink = std::move(sink)] { daemon_->operate(planner, false, sink); });
    while (auto event = queue->pop()) {
        events.push_back(std::move(*event));
    }
    return queue->result();
}

Status TestNode::create_node(const std::string& of) {
    v1::CreateNodeRequest request;
    request.set_name(of);
    v1::Portal* portal = request.add_portals();
    portal->set_address("192.0.2.1");
    portal->set_port(4420);
    return run(daemon::create_node, request);
}

Status TestNode::create_disk(const std::string& path, const std::string& name) {
    v1::CreateDiskRequest request;
    request.set_path(path);
    request.set_name(name);
    return run(daemon::create_disk, request);
}

Status TestNode::create_volume(const std::string& name, std::uint32_t standbys,
                               v1::Redundancy redundancy) {
    v1::CreateVolumeRequest request;
    request.set_name(name);
    request.set_size_bytes(1ULL << 30);
    request.set_standbys(standbys);
    request.set_redundancy(redundancy);
    return run(daemon::create_volume, request);
}

Status TestNode::delete_volume(const std::string& name) {
    v1::DeleteRequest request;
    request.set_name(name);
    return run(daemon::delete_volume, request);
}

Status TestNode::activate(const std::string& volume, std::uint32_t controller, bool force) {
    v1::ActivateVolumeRequest request;
    request.set_volume(volume);
    request.set_controller(controller);
    request.set_force(force);
    return run(daemon::activate_volume, request);
}

Status TestNode::create_host(const std::string& name) {
    v1::CreateHostRequest request;
    request.set_name(name);
    request.set_nqn("nqn.2026-01.org.example:" + name);
    return run(daemon::create_host, request);
}

Status TestNode::attach(const std::string& volume, const std::string& host) {
    v1::AttachRequest request;
    request.set_volume(volume);
    request.set_host(host);
    return run(daemon::attach_volume, request);
}

Status TestNode::detach(const std::string& volume, const std::string& host) {
    v1::AttachRequest request;
    request.set_volume(volume);
    request.set_host(host);
    return run(daemon::detach_volume, request);
}

Observation TestNode::observe() {
    return ask<Observation>([](Daemon& daemon) { return daemon.agent().observe(); }).value();
}

v1::ClusterStatus TestNode::status() {
    return ask<v1::ClusterStatus>([](Daemon& daemon) { return daemon.status(); }).value();
}

plan::KernelState TestNode::kernel() {
    return ask<plan::KernelState>([this](Daemon& /*daemon*/) { return sim_->state(); }).value();
}

void TestNode::hurt(const std::function<void(sys::Simulator&)>& how) {
    (void)ask<bool>([&](Daemon& /*daemon*/) {
        how(*sim_);
        return true;
    });
}

std::optional<Error> TestNode::refusal() {
    loop_.join();
    loop_ = std::thread([] {});
    return daemon_->refusal();
}

}  // namespace dnvme::daemon
