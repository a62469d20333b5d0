// SPDX-License-Identifier: Apache-2.0
// The API over its real socket, with the simulated machine behind it.
#include "service.h"

#include <thread>

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "open_store.h"

namespace dnvme::daemon {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class ServiceTest : public testing::Test {
  protected:
    ServiceTest() {
        Config config;
        config.node = "n1";
        config.store.path = ":memory:";
        auto store = std::move(open_store(config).value());
        archive_ = std::make_unique<Archive>(*store, config);
        daemon_ = std::make_unique<Daemon>(config, true, identify("n1", true).value(),
                                           std::move(store), sys::make_simulator(), *thread_);
        service_ = std::make_unique<Service>(*daemon_, *archive_, *thread_);
        server_ = std::move(serve(*service_, socket_).value());
        loop_ = std::thread([this] { EXPECT_TRUE(thread_->run()); });
        thread_->post([this] { daemon_->start(); });
        stub_ = v1::Dnvme::NewStub(
            grpc::CreateChannel("unix:" + socket_, grpc::InsecureChannelCredentials()));
    }

    ~ServiceTest() override {
        stop();
        server_->Shutdown();
    }

    void stop() {
        if (loop_.joinable()) {
            thread_->post([this] { thread_->stop(); });
            loop_.join();
        }
    }

    grpc::Status create_node(std::vector<v1::Event>& events) {
        v1::CreateNodeRequest request;
        request.set_name("n1");
        v1::Portal* portal = request.add_portals();
        portal->set_address("192.0.2.1");
        portal->set_port(4420);
        grpc::ClientContext context;
        return read(stub_->CreateNode(&context, request), events);
    }

    static grpc::Status read(std::unique_ptr<grpc::ClientReader<v1::Event>> reader,
                             std::vector<v1::Event>& events) {
        v1::Event event;
        while (reader->Read(&event)) {
            events.push_back(event);
        }
        return reader->Finish();
    }

    const std::string socket_ = testing::TempDir() + "dnvmed-" + std::to_string(getpid()) + ".sock";
    std::unique_ptr<StateThread> thread_ = std::move(StateThread::make().value());
    std::unique_ptr<Archive> archive_;
    std::unique_ptr<Daemon> daemon_;
    std::unique_ptr<Service> service_;
    std::unique_ptr<grpc::Server> server_;
    std::thread loop_;
    std::unique_ptr<v1::Dnvme::Stub> stub_;
};

TEST_F(ServiceTest, TellsWhoItIs) {
    grpc::ClientContext context;
    v1::Info info;
    ASSERT_TRUE(stub_->GetInfo(&context, {}, &info).ok());
    EXPECT_EQ(info.node(), "n1");
    EXPECT_TRUE(info.simulated());
    EXPECT_THAT(info.cluster_uuid(), SizeIs(36));
    EXPECT_FALSE(info.version().empty());
}

TEST_F(ServiceTest, SocketIsForOwnerAndGroup) {
    struct stat status {};
    ASSERT_EQ(stat(socket_.c_str(), &status), 0);
    EXPECT_TRUE(S_ISSOCK(status.st_mode));
    EXPECT_EQ(status.st_mode & 0777, 0660U);
}

TEST_F(ServiceTest, ChangeStreamsThePlanAndTheObject) {
    std::vector<v1::Event> events;
    ASSERT_TRUE(create_node(events).ok());
    ASSERT_THAT(events, SizeIs(2));
    EXPECT_TRUE(events[0].has_plan());
    EXPECT_EQ(events[1].node().node().name(), "n1");

    grpc::ClientContext context;
    v1::NodeList list;
    ASSERT_TRUE(stub_->ListNodes(&context, {}, &list).ok());
    EXPECT_THAT(list.nodes(), SizeIs(1));
}

TEST_F(ServiceTest, ErrorsCarryTheirCodeAndWords) {
    std::vector<v1::Event> events;
    ASSERT_TRUE(create_node(events).ok());
    const grpc::Status again = create_node(events);
    EXPECT_EQ(again.error_code(), grpc::StatusCode::ALREADY_EXISTS);
    EXPECT_EQ(again.error_message(), "node 'n1' exists already");

    grpc::ClientContext context;
    v1::ListRequest request;
    request.add_names("v1");
    v1::VolumeList list;
    const grpc::Status unknown = stub_->ListVolumes(&context, request, &list);
    EXPECT_EQ(unknown.error_code(), grpc::StatusCode::NOT_FOUND);
    EXPECT_THAT(unknown.error_message(), HasSubstr("'v1'"));
}

TEST_F(ServiceTest, EventsAreFollowedUntilTheDaemonStops) {
    std::vector<v1::Event> events;
    ASSERT_TRUE(create_node(events).ok());
    grpc::ClientContext context;
    v1::WatchEventsRequest request;
    request.set_follow(true);
    const auto reader = stub_->WatchEvents(&context, request);
    v1::ClusterEvent event;
    do {
        ASSERT_TRUE(reader->Read(&event));
    } while (event.what() != "was created");
    EXPECT_EQ(event.noun() + " " + event.name(), "node n1");
    daemon_->events().close();
    while (reader->Read(&event)) {
    }
    EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(ServiceTest, OnlySoManyFollow) {
    v1::WatchEventsRequest request;
    request.set_follow(true);
    std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
    std::vector<std::unique_ptr<grpc::ClientReader<v1::ClusterEvent>>> readers;
    const auto follow = [&] {
        contexts.push_back(std::make_unique<grpc::ClientContext>());
        readers.push_back(stub_->WatchEvents(contexts.back().get(), request));
    };
    std::vector<v1::Event> events;
    ASSERT_TRUE(create_node(events).ok());
    v1::ClusterEvent event;
    for (int i = 0; i < 16; ++i) {
        follow();
        ASSERT_TRUE(readers.back()->Read(&event));
    }
    follow();
    EXPECT_EQ(readers.back()->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    readers.pop_back();
    daemon_->events().close();
    for (const auto& reader : readers) {
        while (reader->Read(&event)) {
        }
        EXPECT_TRUE(reader->Finish().ok());
    }
}

TEST_F(ServiceTest, DaemonThatStopsSaysSo) {
    stop();
    std::vector<v1::Event> events;
    const grpc::Status status = create_node(events);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_THAT(status.error_message(), HasSubstr("dnvmed is stopping"));
}

// The client leaves after the plan: what it asked for is carried out all the same.
TEST_F(ServiceTest, OperationOutlivesItsClient) {
    {
        v1::CreateHostRequest request;
        request.set_name("h1");
        request.set_nqn("nqn.2026-01.org.example:host-1");
        grpc::ClientContext context;
        auto reader = stub_->CreateHost(&context, request);
        v1::Event plan;
        ASSERT_TRUE(reader->Read(&plan));
        context.TryCancel();
        EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
    }
    grpc::ClientContext context;
    v1::HostList list;
    ASSERT_TRUE(stub_->ListHosts(&context, {}, &list).ok());
    EXPECT_THAT(list.hosts(), SizeIs(1));
}

TEST_F(ServiceTest, BackupGoesOutAndComesBackInParts) {
    std::vector<v1::Event> events;
    ASSERT_TRUE(create_node(events).ok());
    grpc::ClientContext download;
    const auto reader = stub_->BackupCluster(&download, {});
    std::vector<v1::RestorePart> parts(1);
    parts[0].mutable_options()->set_force(true);
    v1::BackupPart part;
    ASSERT_TRUE(reader->Read(&part));
    EXPECT_EQ(part.header().records(), 2U);
    while (reader->Read(&part)) {
        parts.emplace_back().set_data(part.data());
    }
    ASSERT_TRUE(reader->Finish().ok());

    grpc::ClientContext upload;
    v1::RestoreResult result;
    const auto writer = stub_->RestoreCluster(&upload, &result);
    for (const v1::RestorePart& sent : parts) {
        ASSERT_TRUE(writer->Write(sent));
    }
    writer->WritesDone();
    const grpc::Status status = writer->Finish();
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(result.kept(), 2U);
    EXPECT_EQ(result.added(), 0U);
}

TEST_F(ServiceTest, HalfAFileRestoresNothing) {
    grpc::ClientContext upload;
    v1::RestoreResult result;
    const auto writer = stub_->RestoreCluster(&upload, &result);
    v1::RestorePart part;
    part.set_data("half of a file");
    ASSERT_TRUE(writer->Write(part));
    writer->WritesDone();
    const grpc::Status status = writer->Finish();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), HasSubstr("not a file of"));
}

}  // namespace
}  // namespace dnvme::daemon
