// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "base/result.h"
#include "etcd/rpc.pb.h"
#include "store/etcd_client.h"

namespace dnvme::store {

/// The writing transactions of one client, one after the other, of each of which it becomes known
/// whether it was done.
///
/// When a connection breaks, an answer may be lost: the transaction was done, or not, or will be
/// later, by a member that had been stopped. To send it again blindly could do it twice, and its
/// own comparisons do not tell it from another client's that wrote the same. Therefore each one
/// also writes a mark of its own into the client's key, and compares that key's revision with what
/// the one before had left there. Then, at most one transaction can follow each:
///
///     the key holds our mark            it was done, at the key's revision
///     the key can be written instead    it was not, and will never be: its comparison fails
///
/// The key also shows a second process that calls itself by our name. Thread-safe.
class EtcdChain {
  public:
    /// @p client names the key.
    EtcdChain(EtcdClient& etcd, const std::string& client);

    /// Does @p request (see to_txn()) or nothing; the revision. Errors: those of
    /// Store::transact(); precondition (somebody else uses our name).
    Result<std::int64_t> run(const etcdserverpb::TxnRequest& request);

  private:
    /// No revision: nothing was done, and it is worth another turn.
    using Turn = Result<std::optional<std::int64_t>>;

    Status learn() DNVME_REQUIRES(mutex_);
    Turn take_turn(const etcdserverpb::TxnRequest& request, Deadline deadline)
        DNVME_REQUIRES(mutex_);
    Turn done_at(std::int64_t revision) DNVME_REQUIRES(mutex_);
    Turn conclude(const etcdserverpb::TxnRequest& request,
                  const etcdserverpb::TxnResponse& response) DNVME_REQUIRES(mutex_);
    Turn settle(const std::string& mark, Deadline deadline) DNVME_REQUIRES(mutex_);
    Turn settle_full(const std::string& mark, const Error& error) DNVME_REQUIRES(mutex_);
    Turn give_up(const Error& error) DNVME_REQUIRES(mutex_);
    void write_mark(const std::string& mark, etcdserverpb::TxnRequest& request)
        DNVME_REQUIRES(mutex_);
    Status read_mark(std::string& mark, std::int64_t& revision);

    EtcdClient& etcd_;
    const std::string key_;
    const std::string instance_;  ///< of us in all marks: another process has another one
    Mutex mutex_;
    /// Of our key, as our last transaction left it. None: to be learned.
    std::optional<std::int64_t> revision_ DNVME_GUARDED_BY(mutex_);
    std::uint64_t sent_ DNVME_GUARDED_BY(mutex_) = 0;
    bool claimed_ DNVME_GUARDED_BY(mutex_) = false;  ///< a mark of ours was seen there
};

}  // namespace dnvme::store
