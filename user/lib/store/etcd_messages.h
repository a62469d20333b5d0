// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "etcd/rpc.pb.h"
#include "store/store.h"

/// Between our words and etcd's. Pure.
namespace dnvme::store {

/// Keys below it are the store's own (see EtcdChain): nobody else sees them.
inline constexpr const char* kEtcdClients = "/dnvme/.clients/";

bool is_own_key(const std::string& key);

Entry to_entry(const etcdserverpb::KeyValue& kv);
/// Without the store's own keys.
std::vector<Entry> to_entries(const etcdserverpb::RangeResponse& response);
std::vector<Event> to_events(const etcdserverpb::WatchResponse& response);

void add_compare(const Compare& compare, etcdserverpb::TxnRequest& request);
/// Compares and writes; where a comparison fails, the compared keys are read, in this order.
etcdserverpb::TxnRequest to_txn(const std::vector<Compare>& compares,
                                const std::vector<Write>& writes);

/// The error that names the comparison of to_txn() that failed.
tl::unexpected<Error> conflict_of(const etcdserverpb::TxnRequest& request,
                                  const etcdserverpb::TxnResponse& response);

/// Revision of the one key that was read, 0 if it does not exist.
std::int64_t revision_of(const etcdserverpb::RangeResponse& response);

/// First key and end of the range of all keys that begin with a prefix: see rpc.proto.
std::string range_start(const std::string& prefix);
std::string range_end(const std::string& prefix);

/// That range, for any request that has one.
template <class Request>
void set_prefix(const std::string& prefix, Request& request) {
    request.set_key(range_start(prefix));
    request.set_range_end(range_end(prefix));
}

}  // namespace dnvme::store
