// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "daemon.h"
#include "store/forwarding.h"
#include "sys/sim.h"

/// Several daemons in one process, each with a simulated machine, on one store.
namespace dnvme::daemon {

/// Waits, with a generous limit. False: it did not come true.
bool eventually(const std::function<bool()>& condition);

/// The way of one daemon to the store, which a test can cut.
class Line : public store::ForwardingStore {
  public:
    explicit Line(std::shared_ptr<store::Store> below)
        : ForwardingStore(*below), below_(std::move(below)) {}

    std::shared_ptr<std::atomic<bool>> cut = std::make_shared<std::atomic<bool>>(false);

    Result<store::Snapshot> list(const std::string& prefix) override;
    Result<std::int64_t> transact(const std::vector<store::Compare>& compares,
                                  const std::vector<store::Write>& writes) override;
    std::unique_ptr<store::Watch> watch(const std::string& prefix,
                                        std::int64_t from_revision) override;
    Result<store::LeaseId> grant(std::chrono::seconds ttl) override;
    Status keep_alive(store::LeaseId lease) override;
    Status revoke(store::LeaseId lease) override;

  private:
    const std::shared_ptr<store::Store> below_;
};

/// The machine, which stays when its daemon is gone.
using Sim = std::shared_ptr<sys::Simulator>;

/// One daemon. Its end is orderly, as that of the process.
class TestNode {
  public:
    TestNode(const std::string& name, std::unique_ptr<Line> line, Sim sim,
             std::optional<Identity> identity = std::nullopt, std::uint32_t lease_s = 2);
    ~TestNode();

    /// Runs one verb as a client would; what it said is in events then.
    template <class Request>
    Status run(Result<Intent> (*verb)(const Context&, const Request&), const Request& request) {
        return run([verb, request](const Context& context) { return verb(context, request); });
    }
    Status create_node(const std::string& of);
    Status create_disk(const std::string& path, const std::string& name);
    Status create_volume(const std::string& name, std::uint32_t standbys = 0,
                         v1::Redundancy redundancy = v1::REDUNDANCY_NONE);
    Status delete_volume(const std::string& name);
    Status activate(const std::string& volume, std::uint32_t controller, bool force = false);
    Status create_host(const std::string& name);
    Status attach(const std::string& volume, const std::string& host);
    Status detach(const std::string& volume, const std::string& host);

    /// In the state thread.
    template <class T>
    Result<T> ask(std::function<Result<T>(Daemon&)> question) {
        return thread_->ask<T>([this, &question] { return question(*daemon_); });
    }
    Observation observe();
    v1::ClusterStatus status();
    plan::KernelState kernel();
    void hurt(const std::function<void(sys::Simulator&)>& how);
    void cut(bool cut) { *cut_ = cut; }
    /// Why the daemon ended by itself; waits for it.
    std::optional<Error> refusal();

    std::vector<v1::Event> events;

  private:
    Status run(const Planner& planner);

    const Sim sim_;
    std::shared_ptr<std::atomic<bool>> cut_;
    std::unique_ptr<StateThread> thread_;
    std::unique_ptr<Daemon> daemon_;
    std::thread loop_;
};

}  // namespace dnvme::daemon
