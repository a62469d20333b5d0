// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include <grpcpp/server.h>

#include "archive.h"
#include "daemon.h"
#include "dnvme/v1/api.grpc.pb.h"
#include "state_thread.h"

namespace dnvme::daemon {

/// Translates between gRPC and the state thread, in gRPC's threads. Touches no state itself.
class Service final : public v1::Dnvme::Service {
  public:
    Service(Daemon& daemon, Archive& archive, StateThread& thread)
        : daemon_(daemon), archive_(archive), thread_(thread) {}

    using Context = grpc::ServerContext;
    using Events = grpc::ServerWriter<v1::Event>;

    grpc::Status GetInfo(Context* context, const v1::GetInfoRequest* request,
                         v1::Info* info) override;
    grpc::Status ListNodes(Context* context, const v1::ListRequest* request,
                           v1::NodeList* list) override;
    grpc::Status ListDisks(Context* context, const v1::ListRequest* request,
                           v1::DiskList* list) override;
    grpc::Status ListVolumes(Context* context, const v1::ListRequest* request,
                             v1::VolumeList* list) override;
    grpc::Status ListHosts(Context* context, const v1::ListRequest* request,
                           v1::HostList* list) override;
    grpc::Status CreateNode(Context* context, const v1::CreateNodeRequest* request,
                            Events* events) override;
    grpc::Status SetNode(Context* context, const v1::SetLabelsRequest* request,
                         Events* events) override;
    grpc::Status DeleteNode(Context* context, const v1::DeleteRequest* request,
                            Events* events) override;
    grpc::Status CreateDisk(Context* context, const v1::CreateDiskRequest* request,
                            Events* events) override;
    grpc::Status SetDisk(Context* context, const v1::SetLabelsRequest* request,
                         Events* events) override;
    grpc::Status DeleteDisk(Context* context, const v1::DeleteRequest* request,
                            Events* events) override;
    grpc::Status CreateVolume(Context* context, const v1::CreateVolumeRequest* request,
                              Events* events) override;
    grpc::Status DeleteVolume(Context* context, const v1::DeleteRequest* request,
                              Events* events) override;
    grpc::Status CreateHost(Context* context, const v1::CreateHostRequest* request,
                            Events* events) override;
    grpc::Status DeleteHost(Context* context, const v1::DeleteRequest* request,
                            Events* events) override;
    grpc::Status AttachVolume(Context* context, const v1::AttachRequest* request,
                              Events* events) override;
    grpc::Status DetachVolume(Context* context, const v1::AttachRequest* request,
                              Events* events) override;

    grpc::Status ActivateVolume(Context* context, const v1::ActivateVolumeRequest* request,
                                Events* events) override;
    grpc::Status RenameVolume(Context* context, const v1::RenameVolumeRequest* request,
                              Events* events) override;
    grpc::Status ResizeVolume(Context* context, const v1::ResizeVolumeRequest* request,
                              Events* events) override;
    grpc::Status ReplaceDisk(Context* context, const v1::ReplaceDiskRequest* request,
                             Events* events) override;
    grpc::Status ListHeads(Context* context, const v1::ListRequest* request,
                           v1::HeadList* list) override;
    grpc::Status CreateHead(Context* context, const v1::CreateHeadRequest* request,
                            Events* events) override;
    grpc::Status SetHead(Context* context, const v1::SetHeadRequest* request,
                         Events* events) override;
    grpc::Status DeleteHead(Context* context, const v1::DeleteRequest* request,
                            Events* events) override;
    grpc::Status CreatePath(Context* context, const v1::CreatePathRequest* request,
                            Events* events) override;
    grpc::Status SetPath(Context* context, const v1::SetPathRequest* request,
                         Events* events) override;
    grpc::Status DeletePath(Context* context, const v1::PathRequest* request,
                            Events* events) override;
    grpc::Status ActivatePath(Context* context, const v1::PathRequest* request,
                              Events* events) override;
    grpc::Status GetStatus(Context* context, const v1::GetStatusRequest* request,
                           v1::ClusterStatus* status) override;
    grpc::Status WatchEvents(Context* context, const v1::WatchEventsRequest* request,
                             grpc::ServerWriter<v1::ClusterEvent>* events) override;

    // In service_cluster.cpp.
    grpc::Status GetCluster(Context* context, const v1::GetClusterRequest* request,
                            v1::ClusterView* view) override;
    grpc::Status BackupCluster(Context* context, const v1::BackupClusterRequest* request,
                               grpc::ServerWriter<v1::BackupPart>* parts) override;
    grpc::Status RestoreCluster(Context* context, grpc::ServerReader<v1::RestorePart>* parts,
                                v1::RestoreResult* result) override;
    grpc::Status MigrateStore(Context* context, const v1::MigrateStoreRequest* request,
                              v1::MigrateResult* result) override;

  private:
    template <class List>
    using Lister = Result<List> (*)(const Observation&, const v1::ListRequest&);
    template <class Request>
    using Verb = Result<Intent> (*)(const daemon::Context&, const Request&);

    template <class List>
    grpc::Status list(Lister<List> lister, const v1::ListRequest& request, List& list);
    template <class Request>
    grpc::Status change(Verb<Request> verb, const Request& request, Events& events);

    Daemon& daemon_;
    Archive& archive_;
    StateThread& thread_;
    std::atomic<int> followers_ = 0;
};

/// Serves on a unix socket that its owner and group may use. Errors: internal.
Result<std::unique_ptr<grpc::Server>> serve(Service& service, const std::string& socket);

}  // namespace dnvme::daemon
