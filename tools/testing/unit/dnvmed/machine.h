// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "agent.h"
#include "operations/runner.h"
#include "store/store.h"
#include "sys/sim.h"

namespace dnvme::daemon {

/// Keeps what an operation said.
class Recorder : public EventSink {
  public:
    void push(v1::Event event) override { events.push_back(std::move(event)); }
    [[nodiscard]] std::vector<std::string> plan() const;
    [[nodiscard]] std::vector<std::string> steps() const;

    std::vector<v1::Event> events;
};

/// Everything that a request may change, to compare before and after one that is refused.
struct Fingerprint {
    std::int64_t revision = 0;
    plan::KernelState kernel;
    std::vector<std::pair<std::string, std::string>> labels;  ///< path, uuid
    std::size_t actions = 0;                                  ///< done so far

    bool operator==(const Fingerprint&) const = default;
};

inline constexpr const char* kHostNqn = "nqn.2026-01.org.example:host-1";
inline constexpr const char* kOtherNqn = "nqn.2026-01.org.example:host-2";

/// A node without gRPC: store in memory, simulated machine, agent and operations.
class Machine : public testing::Test {
  protected:
    Machine();

    /// The daemon ends and starts again: same store, same machine.
    void restart_daemon();
    /// Power off and on: same store, same disks.
    void reboot();

    Status create_node(const std::string& name = "n1");
    Status create_disk(const std::string& path, bool force = false, const std::string& name = "");
    Status create_volume(const std::string& name, std::uint64_t size = 1ULL << 30,
                         std::uint32_t legs = 1,
                         v1::Redundancy redundancy = v1::REDUNDANCY_UNSPECIFIED,
                         std::uint32_t standbys = 0);
    Status activate(const std::string& volume, std::uint32_t controller);
    Status create_host(const std::string& name, const std::string& nqn = kHostNqn);
    Status attach(const std::string& volume, const std::string& host);
    Status detach(const std::string& volume, const std::string& host);
    Status delete_node(const std::string& name);
    Status delete_disk(const std::string& name);
    Status delete_volume(const std::string& name);
    Status delete_host(const std::string& name);

    /// Runs one verb; last_ then holds its events.
    template <class Request>
    Status run(Result<Intent> (*verb)(const Context&, const Request&), const Request& request);

    /// A node with disks sim0 to sim3 and host h1.
    void furnish();
    /// Volume v1 with @p standbys standbys, attached to h1.
    void furnish_volume(std::uint32_t standbys);

    model::Cluster cluster();
    Observation observe();
    Fingerprint fingerprint();

    std::unique_ptr<store::Store> store_;
    sys::Simulator sim_;
    /// What the agent takes for the time; only tests let it go on.
    std::chrono::steady_clock::time_point now_;
    std::unique_ptr<Agent> agent_;
    std::unique_ptr<Operations> operations_;
    Recorder last_;
};

template <class Request>
Status Machine::run(Result<Intent> (*verb)(const Context&, const Request&),
                    const Request& request) {
    last_.events.clear();
    auto pending = operations_->begin(
        [&](const Context& context) { return verb(context, request); }, request.dry_run(), last_);
    if (!pending) {
        return pass(pending.error());
    }
    return *pending ? operations_->look(**pending, true, last_).value() : Status();
}

/// That a request was refused with @p code and every one of @p words, and changed nothing.
#define EXPECT_REFUSED(request, expected_code, ...)                                    \
    do {                                                                               \
        const Fingerprint before_ = fingerprint();                                     \
        const Status status_ = (request);                                              \
        ASSERT_FALSE(status_) << "it was not refused";                                 \
        EXPECT_EQ(status_.error().code(), expected_code) << status_.error().message(); \
        for (const std::string word_ : {__VA_ARGS__}) {                                \
            EXPECT_THAT(status_.error().message(), testing::HasSubstr(word_));         \
        }                                                                              \
        EXPECT_TRUE(fingerprint() == before_) << "something was changed";              \
    } while (false)

#define ASSERT_DONE(request)                               \
    do {                                                   \
        const Status status_ = (request);                  \
        ASSERT_TRUE(status_) << status_.error().message(); \
    } while (false)

}  // namespace dnvme::daemon
