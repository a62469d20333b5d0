// SPDX-License-Identifier: Apache-2.0
#include "fake_daemon.h"

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <thread>

#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "dnvmectl/run.h"

namespace dnvme::ctl {

namespace {

Ran run_with(std::vector<std::string> arguments, const std::string& typed, bool terminal) {
    arguments.insert(arguments.begin(), "dnvmectl");
    std::vector<const char*> argv;
    argv.reserve(arguments.size());
    for (const std::string& argument : arguments) {
        argv.push_back(argument.c_str());
    }
    std::istringstream in(typed);
    std::ostringstream out;
    std::ostringstream err;
    const int code = run_command(static_cast<int>(argv.size()), argv.data(),
                                 {.in = in, .out = out, .err = err, .in_is_terminal = terminal});
    return {code, out.str(), err.str()};
}

v1::Event plan_of_one_action() {
    v1::Event event;
    event.mutable_plan()->add_actions("do it");
    return event;
}

v1::Event its_step() {
    v1::Event event;
    event.mutable_step()->set_done(1);
    event.mutable_step()->set_total(1);
    event.mutable_step()->set_action("do it");
    return event;
}

}  // namespace

FakeDaemon::FakeDaemon() : directory_(testing::TempDir() + "dnvmectl-XXXXXX") {
    EXPECT_NE(mkdtemp(directory_.data()), nullptr);
    socket_ = directory_ + "/s";
    grpc::ServerBuilder builder;
    builder.AddListeningPort("unix:" + socket_, grpc::InsecureServerCredentials());
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    EXPECT_NE(server_, nullptr) << socket_;
}

FakeDaemon::~FakeDaemon() {
    server_->Shutdown();
    std::filesystem::remove_all(directory_);
}

grpc::Status FakeDaemon::finish(grpc::ServerContext* context) const {
    while (hang && !context->IsCancelled()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return status;
}

grpc::Status FakeDaemon::GetInfo(grpc::ServerContext* context,
                                 const v1::GetInfoRequest* /*request*/, v1::Info* info) {
    info->set_node("n1");
    return finish(context);
}

grpc::Status FakeDaemon::ListHosts(grpc::ServerContext* context, const v1::ListRequest* /*request*/,
                                   v1::HostList* answer) {
    *answer = hosts;
    return finish(context);
}

grpc::Status FakeDaemon::ListVolumes(grpc::ServerContext* context,
                                     const v1::ListRequest* /*request*/, v1::VolumeList* answer) {
    *answer->add_volumes() = volume;
    return finish(context);
}

grpc::Status FakeDaemon::AttachVolume(grpc::ServerContext* context,
                                      const v1::AttachRequest* request,
                                      grpc::ServerWriter<v1::Event>* events) {
    attach_request = *request;
    events->Write(plan_of_one_action());
    if (status.ok() && !request->dry_run()) {
        events->Write(its_step());
        v1::Event object;
        *object.mutable_volume() = volume;
        events->Write(object);
    }
    return finish(context);
}

grpc::Status FakeDaemon::DeleteVolume(grpc::ServerContext* context,
                                      const v1::DeleteRequest* request,
                                      grpc::ServerWriter<v1::Event>* events) {
    delete_request = *request;
    events->Write(plan_of_one_action());
    return finish(context);
}

Ran run(std::vector<std::string> arguments) {
    return run_with(std::move(arguments), "", false);
}

Ran run_on_terminal(std::vector<std::string> arguments, const std::string& answer) {
    return run_with(std::move(arguments), answer, true);
}

}  // namespace dnvme::ctl
