// SPDX-License-Identifier: Apache-2.0
#include "service.h"

#include <fmt/format.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <sys/stat.h>

#include "events.h"
#include "inventory.h"
#include "status_code.h"

namespace dnvme::daemon {

namespace {

constexpr int kMaxThreads = 64;
/// Each has a thread of its own; the others are for those who ask and change.
constexpr int kMaxFollowers = 16;
/// How soon a follower that has gone is noticed while nothing happens.
constexpr std::chrono::milliseconds kFollowPeriod{500};
constexpr std::chrono::milliseconds kAtOnce{0};

/// Counted as long as it lives.
struct Follower {
    explicit Follower(std::atomic<int>& count) : count(count), number(++count) {}
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;
    ~Follower() { --count; }

    std::atomic<int>& count;
    const int number;
};

constexpr mode_t kSocketMode = 0660;

}  // namespace

template <class List>
grpc::Status Service::list(Lister<List> lister, const v1::ListRequest& request, List& list) {
    return answer(thread_.ask<List>([&]() -> Result<List> {
        const auto seen = daemon_.agent().observe();
        if (!seen) {
            return pass(for_client(seen.error()));
        }
        return lister(*seen, request);
    }),
                  list);
}

/// The operation goes on when its client goes away: it owns a copy of the request.
template <class Request>
grpc::Status Service::change(Verb<Request> verb, const Request& request, Events& events) {
    auto queue = std::make_shared<EventQueue>();
    auto sink = std::make_shared<QueueSink>(queue);
    thread_.post([this, verb, request, sink = std::move(sink)] {
        const Planner planner = [&](const daemon::Context& context) {
            return verb(context, request);
        };
        daemon_.operate(planner, request.dry_run(), sink);
    });
    while (const auto event = queue->pop()) {
        if (!events.Write(*event)) {
            return {grpc::StatusCode::CANCELLED, "the client has gone"};
        }
    }
    const Status result = queue->result();
    return result ? grpc::Status::OK : to_grpc(result.error());
}

grpc::Status Service::GetInfo(Context* /*context*/, const v1::GetInfoRequest* /*request*/,
                              v1::Info* info) {
    return answer(thread_.ask<v1::Info>([this] { return daemon_.info().map_error(for_client); }),
                  *info);
}

grpc::Status Service::ListNodes(Context* /*context*/, const v1::ListRequest* request,
                                v1::NodeList* nodes) {
    return list(list_nodes, *request, *nodes);
}

grpc::Status Service::ListDisks(Context* /*context*/, const v1::ListRequest* request,
                                v1::DiskList* disks) {
    return list(list_disks, *request, *disks);
}

grpc::Status Service::ListVolumes(Context* /*context*/, const v1::ListRequest* request,
                                  v1::VolumeList* volumes) {
    return list(list_volumes, *request, *volumes);
}

grpc::Status Service::ListHosts(Context* /*context*/, const v1::ListRequest* request,
                                v1::HostList* hosts) {
    return list(list_hosts, *request, *hosts);
}

grpc::Status Service::CreateNode(Context* /*context*/, const v1::CreateNodeRequest* request,
                                 Events* events) {
    return change(create_node, *request, *events);
}

grpc::Status Service::SetNode(Context* /*context*/, const v1::SetLabelsRequest* request,
                              Events* events) {
    return change(set_node, *request, *events);
}

grpc::Status Service::DeleteNode(Context* /*context*/, const v1::DeleteRequest* request,
                                 Events* events) {
    return change(delete_node, *request, *events);
}

grpc::Status Service::CreateDisk(Context* /*context*/, const v1::CreateDiskRequest* request,
                                 Events* events) {
    return change(create_disk, *request, *events);
}

grpc::Status Service::SetDisk(Context* /*context*/, const v1::SetLabelsRequest* request,
                              Events* events) {
    return change(set_disk, *request, *events);
}

grpc::Status Service::DeleteDisk(Context* /*context*/, const v1::DeleteRequest* request,
                                 Events* events) {
    return change(delete_disk, *request, *events);
}

grpc::Status Service::CreateVolume(Context* /*context*/, const v1::CreateVolumeRequest* request,
                                   Events* events) {
    return change(create_volume, *request, *events);
}

grpc::Status Service::DeleteVolume(Context* /*context*/, const v1::DeleteRequest* request,
                                   Events* events) {
    return change(delete_volume, *request, *events);
}

grpc::Status Service::CreateHost(Context* /*context*/, const v1::CreateHostRequest* request,
                                 Events* events) {
    return change(create_host, *request, *events);
}

grpc::Status Service::DeleteHost(Context* /*context*/, const v1::DeleteRequest* request,
                                 Events* events) {
    return change(delete_host, *request, *events);
}

grpc::Status Service::AttachVolume(Context* /*context*/, const v1::AttachRequest* request,
                                   Events* events) {
    return change(attach_volume, *request, *events);
}

grpc::Status Service::DetachVolume(Context* /*context*/, const v1::AttachRequest* request,
                                   Events* events) {
    return change(detach_volume, *request, *events);
}

grpc::Status Service::ActivateVolume(Context* /*context*/, const v1::ActivateVolumeRequest* request,
                                     Events* events) {
    return change(activate_volume, *request, *events);
}

grpc::Status Service::RenameVolume(Context* /*context*/, const v1::RenameVolumeRequest* request,
                                   Events* events) {
    return change(rename_volume, *request, *events);
}

grpc::Status Service::ResizeVolume(Context* /*context*/, const v1::ResizeVolumeRequest* request,
                                   Events* events) {
    return change(resize_volume, *request, *events);
}

grpc::Status Service::ReplaceDisk(Context* /*context*/, const v1::ReplaceDiskRequest* request,
                                  Events* events) {
    return change(replace_disk, *request, *events);
}

grpc::Status Service::ListHeads(Context* /*context*/, const v1::ListRequest* request,
                                v1::HeadList* heads) {
    return list(list_heads, *request, *heads);
}

grpc::Status Service::CreateHead(Context* /*context*/, const v1::CreateHeadRequest* request,
                                 Events* events) {
    return change(create_head, *request, *events);
}

grpc::Status Service::SetHead(Context* /*context*/, const v1::SetHeadRequest* request,
                              Events* events) {
    return change(set_head, *request, *events);
}

grpc::Status Service::DeleteHead(Context* /*context*/, const v1::DeleteRequest* request,
                                 Events* events) {
    return change(delete_head, *request, *events);
}

grpc::Status Service::CreatePath(Context* /*context*/, const v1::CreatePathRequest* request,
                                 Events* events) {
    return change(create_path, *request, *events);
}

grpc::Status Service::SetPath(Context* /*context*/, const v1::SetPathRequest* request,
                              Events* events) {
    return change(set_path, *request, *events);
}

grpc::Status Service::DeletePath(Context* /*context*/, const v1::PathRequest* request,
                                 Events* events) {
    return change(delete_path, *request, *events);
}

grpc::Status Service::ActivatePath(Context* /*context*/, const v1::PathRequest* request,
                                   Events* events) {
    return change(activate_path, *request, *events);
}

grpc::Status Service::GetStatus(Context* /*context*/, const v1::GetStatusRequest* /*request*/,
                                v1::ClusterStatus* status) {
    return answer(thread_.ask<v1::ClusterStatus>([this] { return daemon_.status(); }), *status);
}

grpc::Status Service::WatchEvents(Context* context, const v1::WatchEventsRequest* request,
                                  grpc::ServerWriter<v1::ClusterEvent>* events) {
    const Follower follower(followers_);
    if (request->follow() && follower.number > kMaxFollowers) {
        return {
            grpc::StatusCode::RESOURCE_EXHAUSTED,
            fmt::format("{} clients follow the events already: end one of them", kMaxFollowers)};
    }
    EventLog::Part part;
    do {
        part = daemon_.events().read(part.next, request->follow() ? kFollowPeriod : kAtOnce);
        for (const v1::ClusterEvent& event : part.events) {
            if (!events->Write(event)) {
                return {grpc::StatusCode::CANCELLED, "the client has gone"};
            }
        }
    } while (request->follow() && !part.over && !context->IsCancelled());
    return grpc::Status::OK;
}

Result<std::unique_ptr<grpc::Server>> serve(Service& service, const std::string& socket) {
    grpc::ResourceQuota quota("api");
    quota.SetMaxThreads(kMaxThreads);
    grpc::ServerBuilder builder;
    builder.SetResourceQuota(quota);
    builder.AddListeningPort("unix:" + socket, grpc::InsecureServerCredentials());
    builder.RegisterService(&service);
    auto server = builder.BuildAndStart();
    if (!server) {
        return fail(Code::internal,
                    fmt::format("cannot listen on {}: does its directory exist, and may this "
                                "process write there?",
                                socket));
    }
    // Until here the process's umask kept everybody else out.
    if (chmod(socket.c_str(), kSocketMode) != 0) {
        return fail_errno(errno, fmt::format("change the mode of {}", socket));
    }
    return server;
}

}  // namespace dnvme::daemon
