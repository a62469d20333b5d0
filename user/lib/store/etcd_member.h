// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "etcd/rpc.grpc.pb.h"
#include "store/etcd_client.h"

namespace dnvme::store {

/// Includes all of gRPC: for the few files that call it.
struct EtcdClient::Member {
    std::string url;
    std::size_t index = 0;
    std::shared_ptr<grpc::Channel> channel;
    std::unique_ptr<etcdserverpb::KV::Stub> kv;
    std::unique_ptr<etcdserverpb::Watch::Stub> watch;
    std::unique_ptr<etcdserverpb::Lease::Stub> lease;
    std::unique_ptr<etcdserverpb::Auth::Stub> auth;
};

/// The members of options.endpoints, not connected. Errors: as open_etcd().
Result<std::vector<std::unique_ptr<EtcdClient::Member>>> make_members(const EtcdOptions& options);

}  // namespace dnvme::store
