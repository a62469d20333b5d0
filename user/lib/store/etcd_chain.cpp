// SPDX-License-Identifier: Apache-2.0
#include "store/etcd_chain.h"

#include <chrono>

#include <fmt/format.h>

#include "base/uuid.h"
#include "store/etcd_messages.h"

namespace dnvme::store {

namespace {

bool is_over(Deadline deadline) {
    return std::chrono::steady_clock::now() >= deadline;
}

}  // namespace

EtcdChain::EtcdChain(EtcdClient& etcd, const std::string& client)
    : etcd_(etcd), key_(kEtcdClients + client), instance_(make_uuid()) {}

Result<std::int64_t> EtcdChain::run(const etcdserverpb::TxnRequest& request) {
    MutexLock lock(mutex_);
    const Deadline deadline = etcd_.deadline();
    while (true) {
        if (auto known = learn(); !known) {
            return pass(known.error());
        }
        const Turn turn = take_turn(request, deadline);
        if (!turn) {
            return pass(turn.error());
        }
        if (*turn) {
            return **turn;
        }
        if (is_over(deadline)) {
            return fail(Code::unavailable,
                        "etcd has not taken the transaction in time, nothing was changed: try "
                        "again");
        }
    }
}

Status EtcdChain::learn() {
    if (revision_) {
        return {};
    }
    std::string mark;
    std::int64_t revision = 0;
    if (auto read = read_mark(mark, revision); !read) {
        return read;
    }
    const bool ours = mark.starts_with(instance_);
    if (claimed_ && revision != 0 && !ours) {
        return fail(Code::precondition,
                    fmt::format("somebody else writes to the store as '{}': stop the other dnvmed "
                                "of that name, or give this node another one, and start again",
                                key_.substr(std::string(kEtcdClients).size())));
    }
    claimed_ = claimed_ || ours;
    revision_ = revision;
    return {};
}

EtcdChain::Turn EtcdChain::take_turn(const etcdserverpb::TxnRequest& request, Deadline deadline) {
    const std::string mark = fmt::format("{} {}", instance_, ++sent_);
    etcdserverpb::TxnRequest marked = request;
    write_mark(mark, marked);
    etcdserverpb::TxnResponse response;
    const Attempt attempt = etcd_.try_txn(marked, response, deadline);
    switch (attempt.fate) {
        case Fate::answered:
            return conclude(request, response);
        case Fate::refused:
            return attempt.error.code() == Code::no_space ? settle_full(mark, attempt.error)
                                                          : pass(attempt.error);
        case Fate::again:
            etcd_.pause(deadline);
            return std::nullopt;
        case Fate::unknown:
            break;
    }
    return settle(mark, deadline);
}

EtcdChain::Turn EtcdChain::done_at(std::int64_t revision) {
    claimed_ = true;
    revision_ = revision;
    return revision;
}

EtcdChain::Turn EtcdChain::conclude(const etcdserverpb::TxnRequest& request,
                                    const etcdserverpb::TxnResponse& response) {
    if (response.succeeded()) {
        return done_at(response.header().revision());
    }
    const auto& ours = response.responses(response.responses_size() - 1).response_range();
    if (revision_of(ours) != revision_) {
        revision_.reset();  // one that was given up has been done after all, or see learn()
        return std::nullopt;
    }
    return conflict_of(request, response);
}

/// Looks for the mark; where it is not, writes another one in its place, so that it never will be.
EtcdChain::Turn EtcdChain::settle(const std::string& mark, Deadline deadline) {
    while (true) {
        std::string found;
        std::int64_t revision = 0;
        if (auto read = read_mark(found, revision); !read) {
            return give_up(read.error());
        }
        if (found == mark) {
            return done_at(revision);
        }
        if (revision != revision_) {
            revision_.reset();  // another mark follows the one before: it can only fail now
            return std::nullopt;
        }
        etcdserverpb::TxnRequest request;
        write_mark(fmt::format("{} {} void", instance_, sent_), request);
        etcdserverpb::TxnResponse response;
        const Attempt attempt = etcd_.try_txn(request, response, deadline);
        if (attempt.fate == Fate::refused) {
            return give_up(attempt.error);
        }
        if (attempt.fate != Fate::answered && is_over(deadline)) {
            return give_up(attempt.error);
        }
        if (attempt.fate != Fate::answered) {
            etcd_.pause(deadline);
        }
    }
}

/// The transaction that fills etcd's database up is done, and answered like those that are refused
/// after it.
EtcdChain::Turn EtcdChain::settle_full(const std::string& mark, const Error& error) {
    std::string found;
    std::int64_t revision = 0;
    if (auto read = read_mark(found, revision); !read) {
        return give_up(read.error());
    }
    if (found != mark) {
        return pass(error);
    }
    return done_at(revision);
}

EtcdChain::Turn EtcdChain::give_up(const Error& error) {
    revision_.reset();
    return fail(Code::unknown,
                fmt::format("it is not known whether the store was changed, look before you try "
                            "again: {}",
                            error.message()));
}

void EtcdChain::write_mark(const std::string& mark, etcdserverpb::TxnRequest& request) {
    add_compare({.key = key_, .mod_revision = revision_.value_or(0)}, request);
    auto* put = request.add_success()->mutable_request_put();
    put->set_key(key_);
    put->set_value(mark);
}

Status EtcdChain::read_mark(std::string& mark, std::int64_t& revision) {
    etcdserverpb::RangeRequest request;
    request.set_key(key_);
    etcdserverpb::RangeResponse response;
    if (auto read = etcd_.range(request, response); !read) {
        return read;
    }
    mark = response.kvs().empty() ? "" : response.kvs(0).value();
    revision = revision_of(response);
    return {};
}

}  // namespace dnvme::store
