// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "store/checks.h"
#include "store/etcd.h"
#include "store/etcd_chain.h"
#include "store/etcd_client.h"
#include "store/etcd_messages.h"
#include "store/etcd_watch.h"

namespace dnvme::store {

namespace {

class EtcdStore : public Store {
  public:
    explicit EtcdStore(std::unique_ptr<EtcdClient> etcd)
        : etcd_(std::move(etcd)), chain_(*etcd_, etcd_->options().client) {}

    Result<Snapshot> list(const std::string& prefix) override;
    Result<std::int64_t> transact(const std::vector<Compare>& compares,
                                  const std::vector<Write>& writes) override;
    std::unique_ptr<Watch> watch(const std::string& prefix, std::int64_t from_revision) override;
    Status compact(std::int64_t revision) override;
    Result<LeaseId> grant(std::chrono::seconds ttl) override;
    Status keep_alive(LeaseId lease) override;
    Status revoke(LeaseId lease) override;

  private:
    Result<std::int64_t> only_compare(const std::vector<Compare>& compares);

    const std::unique_ptr<EtcdClient> etcd_;
    EtcdChain chain_;
};

Result<Snapshot> EtcdStore::list(const std::string& prefix) {
    etcdserverpb::RangeRequest request;
    set_prefix(prefix, request);
    etcdserverpb::RangeResponse response;
    if (auto read = etcd_->range(request, response); !read) {
        return pass(read.error(), "read the store");
    }
    return Snapshot{.revision = response.header().revision(), .entries = to_entries(response)};
}

Result<std::int64_t> EtcdStore::transact(const std::vector<Compare>& compares,
                                         const std::vector<Write>& writes) {
    if (auto distinct = check_distinct(writes); !distinct) {
        return pass(distinct.error());
    }
    if (writes.empty()) {
        return only_compare(compares);
    }
    auto revision = chain_.run(to_txn(compares, writes));
    // What somebody else did keeps its words, as in every other store.
    if (!revision && revision.error().code() != Code::conflict) {
        return pass(revision.error(), "write the store");
    }
    return revision;
}

Result<std::int64_t> EtcdStore::only_compare(const std::vector<Compare>& compares) {
    const auto request = to_txn(compares, {});
    etcdserverpb::TxnResponse response;
    if (auto read = etcd_->read(request, response); !read) {
        return pass(read.error(), "read the store");
    }
    if (!response.succeeded()) {
        return conflict_of(request, response);
    }
    return response.header().revision();
}

std::unique_ptr<Watch> EtcdStore::watch(const std::string& prefix, std::int64_t from_revision) {
    return std::make_unique<EtcdWatch>(*etcd_, prefix, std::max<std::int64_t>(from_revision, 1));
}

/// etcd forgets what led to a revision, and keeps that one's state, but not its deletions.
Status EtcdStore::compact(std::int64_t revision) {
    if (revision <= 1) {
        return {};
    }
    etcdserverpb::CompactionRequest request;
    request.set_revision(revision - 1);
    const Status compacted = etcd_->compact(request);
    if (!compacted && compacted.error().code() != Code::compacted) {
        return pass(compacted.error(), "compact the store");
    }
    return {};
}

Result<LeaseId> EtcdStore::grant(std::chrono::seconds ttl) {
    if (auto long_enough = check_ttl(ttl); !long_enough) {
        return pass(long_enough.error());
    }
    etcdserverpb::LeaseGrantRequest request;
    request.set_ttl_seconds(ttl.count());
    etcdserverpb::LeaseGrantResponse response;
    // One whose answer was lost runs out by itself.
    if (auto granted = etcd_->grant(request, response); !granted) {
        return pass(granted.error(), "ask the store for a lease");
    }
    return response.id();
}

Status EtcdStore::keep_alive(LeaseId lease) {
    etcdserverpb::LeaseKeepAliveRequest request;
    request.set_id(lease);
    etcdserverpb::LeaseKeepAliveResponse response;
    if (auto kept = etcd_->keep_alive(request, response); !kept) {
        return pass(kept.error(), "keep a lease of the store");
    }
    if (response.ttl_seconds() <= 0) {
        return no_lease(lease);
    }
    return {};
}

Status EtcdStore::revoke(LeaseId lease) {
    etcdserverpb::LeaseRevokeRequest request;
    request.set_id(lease);
    const Status revoked = etcd_->revoke(request);
    if (!revoked && revoked.error().code() != Code::not_found) {
        return pass(revoked.error(), "end a lease of the store");
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<Store>> open_etcd(const EtcdOptions& options) {
    auto etcd = EtcdClient::make(options);
    if (!etcd) {
        return pass(etcd.error(), "store in etcd");
    }
    return std::make_unique<EtcdStore>(std::move(*etcd));
}

}  // namespace dnvme::store
