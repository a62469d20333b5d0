// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "etcd/rpc.pb.h"
#include "store/etcd_client.h"

namespace dnvme::store {

/// One watch stream to one member, for as long as it holds. For one thread at a time.
class EtcdStream {
  public:
    /// Begins to connect.
    EtcdStream(EtcdClient& etcd, const etcdserverpb::WatchRequest& request);
    EtcdStream(const EtcdStream&) = delete;
    EtcdStream& operator=(const EtcdStream&) = delete;
    ~EtcdStream();

    /// The next response; none until @p deadline. Errors: what ended the stream, which is of no
    /// more use then.
    Result<std::optional<etcdserverpb::WatchResponse>> next(Deadline deadline);

  private:
    struct Wire;
    enum class Step { start, write, read };

    /// To be called with nothing outstanding.
    Error lose();
    void take_step();

    EtcdClient& etcd_;
    const etcdserverpb::WatchRequest request_;
    EtcdClient::Member& member_;
    std::unique_ptr<Wire> wire_;
    Step step_ = Step::start;
    bool heard_ = false;        ///< some response has come
    Deadline connected_until_;  ///< when the first one must have
};

}  // namespace dnvme::store
