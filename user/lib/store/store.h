// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

/// The cluster's record: keys and values under revisions, as etcd has them. What the values mean
/// is said by store/records.h; who leads is said by store/election.h, on top of this.
namespace dnvme::store {

/// Names a lease of one store; kNoLease: none.
using LeaseId = std::int64_t;
inline constexpr LeaseId kNoLease = 0;

struct Entry {
    std::string key;
    std::string value;
    std::int64_t mod_revision = 0;  ///< revision of the store at which it was last written
    LeaseId lease = kNoLease;       ///< the key vanishes together with it
};

/// A condition of a transaction: the key was last written at this revision; 0: it does not exist.
struct Compare {
    std::string key;
    std::int64_t mod_revision = 0;
};

/// One write of a transaction; no value: the key is deleted. A key is bound to the lease of its
/// last write, which is none if that write names none.
struct Write {
    std::string key;
    std::optional<std::string> value;
    LeaseId lease = kNoLease;
};

struct Snapshot {
    std::int64_t revision = 0;
    std::vector<Entry> entries;  ///< sorted by key
};

/// One key that was written or, if there is no value, deleted.
struct Event {
    std::string key;
    std::optional<std::string> value;
    std::int64_t mod_revision = 0;  ///< of the write or the deletion
};

struct Changes {
    /// Everything up to here was delivered, in this answer or before: a new watch goes on at + 1.
    std::int64_t revision = 0;
    std::vector<Event> events;  ///< whole revisions, oldest first
};

/// The changes below a prefix from some revision on: each once, none left out. Survives the loss of
/// connections. For one thread at a time; it must not outlive its store.
class Watch {
  public:
    virtual ~Watch() = default;
    /// Waits for changes, for at most @p timeout; no events: there were none until then.
    /// Errors: compacted (the history that this watch needs is gone, now and for ever: list again
    /// and watch from there), unavailable (not connected at the end of @p timeout; nothing is lost,
    /// call again), precondition (not allowed), internal.
    virtual Result<Changes> next(std::chrono::milliseconds timeout) = 0;
};

/// Thread-safe. Every method may fail with unavailable: the store cannot be reached, and nothing
/// was changed; call again.
class Store {
  public:
    virtual ~Store() = default;
    /// All entries whose key starts with @p prefix, at one revision that is at least as new as
    /// everything acknowledged before the call.
    virtual Result<Snapshot> list(const std::string& prefix) = 0;
    /// All writes or none; returns the new revision, durable on return. Without any effect (nothing
    /// to write, deleting what is not there) the revision may stay. Errors: conflict (a comparison
    /// did not hold: read again, try again), no_space, not_found (a lease), invalid (a key is
    /// written twice, a record is too large), unknown (the connection was lost while it was under
    /// way, and the store could not be asked since: it was done, or it may be done until the next
    /// transaction of this object succeeds, and not after that; read again), internal.
    virtual Result<std::int64_t> transact(const std::vector<Compare>& compares,
                                          const std::vector<Write>& writes) = 0;
    /// Changes below @p prefix at @p from_revision or later; for what happens after a list(), give
    /// its revision + 1. Never waits: all errors come from Watch::next().
    virtual std::unique_ptr<Watch> watch(const std::string& prefix, std::int64_t from_revision) = 0;
    /// Forgets the history before @p revision; watches that still need it fail with compacted.
    /// What was forgotten already is success. Errors: invalid (the revision is still to come).
    virtual Status compact(std::int64_t revision) = 0;

    /// A lease that runs out @p ttl (at least one second; the store may grant more) after the last
    /// time it was granted or kept alive. Errors: invalid, no_space.
    virtual Result<LeaseId> grant(std::chrono::seconds ttl) = 0;
    /// Starts the time of a lease anew. Errors: not_found (it has run out).
    virtual Status keep_alive(LeaseId lease) = 0;
    /// Ends a lease and deletes its keys, at one revision. What has run out already is success.
    virtual Status revoke(LeaseId lease) = 0;
};

/// The embedded store of a single node: an SQLite file in WAL mode, synchronous=FULL.
/// @p path ":memory:" is for --sim and tests. Created if it does not exist. Its history starts when
/// it is opened, and its leases end when it is closed: only the process that has it open has any.
/// Errors: precondition (foreign file, newer schema, held by another daemon; the message says
/// which and what to do), internal (damaged).
Result<std::unique_ptr<Store>> open_sqlite(const std::string& path);

}  // namespace dnvme::store
