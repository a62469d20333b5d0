// SPDX-License-Identifier: Apache-2.0
// A host connects to what it is attached to, once, and whatever fails holds up nothing else.
#include "dnvmectl/host_connect.h"

#include <set>
#include <sstream>

#include <gmock/gmock.h>

#include "fake_daemon.h"
#include "views.h"

namespace dnvme::ctl {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const ConnectArguments all_volumes{.volumes = {}, .all = true};

/// The kernel's side.
class FakeInitiator : public Initiator {
  public:
    Result<std::string> host_nqn() override { return nqn; }
    Result<std::vector<Connection>> connections() override { return present; }
    Status connect(const Connection& connection) override {
        if (broken.contains(connection.address)) {
            return fail(Code::internal, "no route to " + connection.address);
        }
        present.push_back(connection);
        return {};
    }
    Status disconnect(const Connection& connection) override {
        std::erase_if(present, [&](const Connection& c) { return same_way(c, connection); });
        return {};
    }

    std::string nqn = "nqn.h1";
    std::vector<Connection> present;
    std::set<std::string> broken;
};

class HostConnectTest : public testing::Test {
  protected:
    HostConnectTest() {
        daemon.volume = make_volume_view();
        *daemon.hosts.add_hosts() = make_host_view();
        daemon.hosts.mutable_hosts(0)->add_volumes("v1");
        options.socket = daemon.socket();
    }

    template <class Verb>
    Status run(Verb verb, const ConnectArguments& arguments) {
        out.str("");
        std::istringstream in;
        std::ostringstream err;
        const Streams streams{.in = in, .out = out, .err = err};
        auto client = Client::connect(options);
        EXPECT_TRUE(client);
        const auto formatter = make_formatter(options, streams);
        Session session{options, streams, *client, *formatter};
        return verb(session, initiator, arguments);
    }

    void expect_refused(const ConnectArguments& arguments, Code code, const std::string& words) {
        const Status done = run(connect_host, arguments);
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code(), code);
        EXPECT_THAT(done.error().message(), HasSubstr(words));
        EXPECT_THAT(initiator.present, IsEmpty());
    }

    FakeDaemon daemon;
    GlobalOptions options;
    FakeInitiator initiator;
    std::ostringstream out;
};

TEST_F(HostConnectTest, EveryPortalIsConnectedOnce) {
    ASSERT_TRUE(run(connect_host, {.volumes = {"v1"}}));
    EXPECT_EQ(out.str(),
              "192.0.2.1:4420, controller 0 of volume v1: connected\n"
              "[2001:db8::1]:4420, controller 0 of volume v1: connected\n");
    ASSERT_THAT(initiator.present, SizeIs(2));
    EXPECT_EQ(initiator.present[0].subsystem_nqn, "nqn.v1");
    ASSERT_TRUE(run(connect_host, all_volumes));
    EXPECT_THAT(out.str(), HasSubstr("volume v1: connected already\n"));
    EXPECT_THAT(initiator.present, SizeIs(2));
}

TEST_F(HostConnectTest, OneThatFailsHoldsUpNoOther) {
    initiator.broken = {"192.0.2.1"};
    const Status done = run(connect_host, all_volumes);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().message(), "no route to 192.0.2.1");
    EXPECT_THAT(initiator.present, SizeIs(1));
    EXPECT_EQ(out.str(), "[2001:db8::1]:4420, controller 0 of volume v1: connected\n");
}

TEST_F(HostConnectTest, DisconnectsWhatItConnected) {
    initiator.present.push_back(
        {.volume = "", .address = "192.0.2.1", .port = 4420, .subsystem_nqn = "nqn.x"});
    ASSERT_TRUE(run(connect_host, all_volumes));
    ASSERT_TRUE(run(disconnect_host, {.volumes = {"v1"}}));
    EXPECT_THAT(out.str(), HasSubstr("volume v1: disconnected\n"));
    ASSERT_THAT(initiator.present, SizeIs(1)) << "somebody else's";
    ASSERT_TRUE(run(disconnect_host, {.volumes = {"v1"}}));
    EXPECT_THAT(out.str(), HasSubstr("volume v1: not connected\n"));
}

TEST_F(HostConnectTest, DryRunConnectsNothing) {
    ASSERT_TRUE(run(connect_host, {.volumes = {}, .all = true, .dry_run = true}));
    EXPECT_THAT(out.str(), HasSubstr("connect to 192.0.2.1:4420, controller 0 of volume v1\n"));
    EXPECT_THAT(out.str(), HasSubstr("2 actions; nothing was changed\n"));
    EXPECT_THAT(initiator.present, IsEmpty());
}

TEST_F(HostConnectTest, JsonSaysWhatBecameOfEach) {
    options.output = OutputFormat::json;
    ASSERT_TRUE(run(connect_host, all_volumes));
    EXPECT_THAT(out.str(), HasSubstr("\"state\": \"connected\""));
    EXPECT_THAT(out.str(), HasSubstr("\"port\": 4420"));
}

TEST_F(HostConnectTest, WhoIsNotAttachedIsRefused) {
    expect_refused({.volumes = {"v2"}}, Code::precondition, "'dnvmectl volume attach v2 h1'");
    initiator.nqn = "nqn.h2";
    expect_refused(all_volumes, Code::not_found, "no host has the NQN of this machine, nqn.h2");
}

}  // namespace
}  // namespace dnvme::ctl
