// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "store/etcd_client.h"
#include "store/etcd_stream.h"
#include "store/store.h"

namespace dnvme::store {

/// A watch that goes on over one stream after the other, from what it delivered last. It rests on
/// etcd sending whole revisions, which it does unless asked for fragments.
class EtcdWatch : public Watch {
  public:
    EtcdWatch(EtcdClient& etcd, const std::string& prefix, std::int64_t from);
    Result<Changes> next(std::chrono::milliseconds timeout) override;

  private:
    Status read(Deadline deadline, Changes& changes);
    Status take(const etcdserverpb::WatchResponse& response, Changes& changes);
    Status cancel(const std::string& reason);
    Status fail_over(const Error& error, Deadline deadline);

    EtcdClient& etcd_;
    etcdserverpb::WatchRequest request_;
    std::int64_t delivered_;
    std::unique_ptr<EtcdStream> stream_;
    bool canceled_ = false;           ///< the stream before was, by etcd
    std::optional<Error> trouble_;    ///< why there is no stream that works
    std::optional<Error> compacted_;  ///< for ever
};

}  // namespace dnvme::store
