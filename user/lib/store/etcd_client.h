// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "etcd/rpc.pb.h"
#include "store/etcd.h"

namespace grpc {
class ClientContext;
class Status;
}  // namespace grpc

namespace dnvme::store {

using Deadline = std::chrono::steady_clock::time_point;

/// gRPC counts by the system's clock.
inline std::chrono::system_clock::time_point for_grpc(Deadline deadline) {
    return std::chrono::system_clock::now() + (deadline - std::chrono::steady_clock::now());
}

/// What became of a request that was sent once.
enum class Fate {
    answered,
    refused,  ///< by etcd: nothing was done
    again,    ///< nothing was done, but would be if it were sent again
    unknown,  ///< it may have been done, or may be done yet
};

struct Attempt {
    Fate fate = Fate::answered;
    Error error{Code::internal, ""};  ///< unless answered
};

/// The door to etcd: its members, one of which is talked to until it fails, and our token.
/// Thread-safe.
class EtcdClient {
  public:
    /// Stubs of one member; only etcd_client.cpp and etcd_stream.cpp look inside.
    struct Member;

    /// Errors: as open_etcd().
    static Result<std::unique_ptr<EtcdClient>> make(const EtcdOptions& options);
    EtcdClient(const EtcdClient&) = delete;
    EtcdClient& operator=(const EtcdClient&) = delete;
    ~EtcdClient();

    /// These change nothing, or nothing more when they are repeated, and so they are, at one member
    /// after the other, until one answers. Errors: unavailable; what etcd refuses.
    Status range(const etcdserverpb::RangeRequest& request, etcdserverpb::RangeResponse& response);
    Status read(const etcdserverpb::TxnRequest& request, etcdserverpb::TxnResponse& response);
    Status compact(const etcdserverpb::CompactionRequest& request);
    Status grant(const etcdserverpb::LeaseGrantRequest& request,
                 etcdserverpb::LeaseGrantResponse& response);
    Status keep_alive(const etcdserverpb::LeaseKeepAliveRequest& request,
                      etcdserverpb::LeaseKeepAliveResponse& response);
    Status revoke(const etcdserverpb::LeaseRevokeRequest& request);

    /// Sends it once. Unless it was answered or refused, the next attempt goes to another member.
    Attempt try_txn(const etcdserverpb::TxnRequest& request, etcdserverpb::TxnResponse& response,
                    Deadline deadline);

    [[nodiscard]] const EtcdOptions& options() const { return options_; }
    [[nodiscard]] Deadline deadline() const;

    /// For streams: the member to talk to now, and the same for what failed there.
    [[nodiscard]] Member& current();
    Attempt judge(const grpc::Status& status, const Member& member);
    /// Adds what every request carries. Errors: as judge() finds them.
    Attempt prepare(grpc::ClientContext& context, Member& member, Deadline deadline);

    /// The next request asks for a new one.
    void forget_token();
    /// A moment before the next attempt, @p latest at the most.
    void pause(Deadline latest);

  private:
    using Call = std::function<grpc::Status(Member&, grpc::ClientContext&)>;

    EtcdClient(const EtcdOptions& options, std::vector<std::unique_ptr<Member>> members);
    Status ask(const Call& call);
    Attempt try_once(const Call& call, Deadline deadline);
    Attempt authenticate(Member& member, Deadline deadline);
    std::string token();
    void leave(const Member& member);

    const EtcdOptions options_;
    const std::vector<std::unique_ptr<Member>> members_;
    std::atomic<std::size_t> current_ = 0;
    Mutex mutex_;
    std::string token_ DNVME_GUARDED_BY(mutex_);
};

}  // namespace dnvme::store
