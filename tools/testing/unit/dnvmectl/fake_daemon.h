// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "dnvme/v1/api.grpc.pb.h"

namespace dnvme::ctl {

/// A daemon that answers every request with what a test wants, on a socket in a directory of its
/// own. Fields may be set while nobody asks.
class FakeDaemon final : public v1::Dnvme::Service {
  public:
    FakeDaemon();
    ~FakeDaemon() override;

    [[nodiscard]] const std::string& socket() const { return socket_; }

    /// What every request ends with.
    grpc::Status status;
    /// Do not answer until the client has given up.
    bool hang = false;
    v1::HostList hosts;
    v1::VolumeView volume;
    /// What the last change was asked for.
    v1::AttachRequest attach_request;
    v1::DeleteRequest delete_request;

    grpc::Status GetInfo(grpc::ServerContext* context, const v1::GetInfoRequest* request,
                         v1::Info* info) override;
    grpc::Status ListHosts(grpc::ServerContext* context, const v1::ListRequest* request,
                           v1::HostList* answer) override;
    grpc::Status ListVolumes(grpc::ServerContext* context, const v1::ListRequest* request,
                             v1::VolumeList* answer) override;
    grpc::Status AttachVolume(grpc::ServerContext* context, const v1::AttachRequest* request,
                              grpc::ServerWriter<v1::Event>* events) override;
    grpc::Status DeleteVolume(grpc::ServerContext* context, const v1::DeleteRequest* request,
                              grpc::ServerWriter<v1::Event>* events) override;

  private:
    grpc::Status finish(grpc::ServerContext* context) const;

    std::string directory_;
    std::string socket_;
    std::unique_ptr<grpc::Server> server_;
};

/// What a run of dnvmectl came to.
struct Ran {
    int exit_code;
    std::string out;
    std::string err;
};

/// Runs dnvmectl with @p arguments; @p answer is typed at its terminal.
Ran run(std::vector<std::string> arguments);
Ran run_on_terminal(std::vector<std::string> arguments, const std::string& answer);

}  // namespace dnvme::ctl
