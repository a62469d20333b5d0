// SPDX-License-Identifier: Apache-2.0
#include "store/etcd_client.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include "store/etcd_member.h"
#include "store/etcd_status.h"

namespace dnvme::store {

namespace {

using Clock = std::chrono::steady_clock;

/// Between attempts when all members failed.
constexpr std::chrono::milliseconds kPause{100};

}  // namespace

Result<std::unique_ptr<EtcdClient>> EtcdClient::make(const EtcdOptions& options) {
    auto members = make_members(options);
    if (!members) {
        return pass(members.error());
    }
    return std::unique_ptr<EtcdClient>(new EtcdClient(options, std::move(*members)));
}

EtcdClient::EtcdClient(const EtcdOptions& options, std::vector<std::unique_ptr<Member>> members)
    : options_(options), members_(std::move(members)) {}

EtcdClient::~EtcdClient() = default;

Status EtcdClient::range(const etcdserverpb::RangeRequest& request,
                         etcdserverpb::RangeResponse& response) {
    return ask([&](Member& member, grpc::ClientContext& context) {
        return member.kv->Range(&context, request, &response);
    });
}

Status EtcdClient::read(const etcdserverpb::TxnRequest& request,
                        etcdserverpb::TxnResponse& response) {
    return ask([&](Member& member, grpc::ClientContext& context) {
        return member.kv->Txn(&context, request, &response);
    });
}

Status EtcdClient::compact(const etcdserverpb::CompactionRequest& request) {
    return ask([&](Member& member, grpc::ClientContext& context) {
        etcdserverpb::CompactionResponse response;
        return member.kv->Compact(&context, request, &response);
    });
}

Status EtcdClient::grant(const etcdserverpb::LeaseGrantRequest& request,
                         etcdserverpb::LeaseGrantResponse& response) {
    return ask([&](Member& member, grpc::ClientContext& context) {
        return member.lease->LeaseGrant(&context, request, &response);
    });
}

Status EtcdClient::keep_alive(const etcdserverpb::LeaseKeepAliveRequest& request,
                              etcdserverpb::LeaseKeepAliveResponse& response) {
    return ask([&](Member& member, grpc::ClientContext& context) {
        const auto stream = member.lease->LeaseKeepAlive(&context);
        stream->Write(request);
        stream->WritesDone();
        const bool answered = stream->Read(&response);
        const grpc::Status ended = stream->Finish();
        if (ended.ok() && !answered) {
            return grpc::Status(grpc::StatusCode::UNAVAILABLE, "no answer");
        }
        return answered ? grpc::Status::OK : ended;
    });
}

Status EtcdClient::revoke(const etcdserverpb::LeaseRevokeRequest& request) {
    return ask([&](Member& member, grpc::ClientContext& context) {
        etcdserverpb::LeaseRevokeResponse response;
        return member.lease->LeaseRevoke(&context, request, &response);
    });
}

Attempt EtcdClient::try_txn(const etcdserverpb::TxnRequest& request,
                            etcdserverpb::TxnResponse& response, Deadline deadline) {
    return try_once(
        [&](Member& member, grpc::ClientContext& context) {
            return member.kv->Txn(&context, request, &response);
        },
        deadline);
}

Deadline EtcdClient::deadline() const {
    return Clock::now() + options_.timeout;
}

EtcdClient::Member& EtcdClient::current() {
    return *members_[current_];
}

Status EtcdClient::ask(const Call& call) {
    const Deadline end = deadline();
    for (std::size_t failures = 1;; ++failures) {
        Attempt attempt = try_once(call, end);
        if (attempt.fate == Fate::answered) {
            return {};
        }
        if (attempt.fate == Fate::refused || Clock::now() >= end) {
            return pass(std::move(attempt.error));
        }
        if (failures % members_.size() == 0) {
            pause(end);
        }
    }
}

Attempt EtcdClient::try_once(const Call& call, Deadline deadline) {
    Member& member = current();
    const Deadline end = std::min(deadline, Clock::now() + options_.attempt_timeout);
    grpc::ClientContext context;
    if (Attempt prepared = prepare(context, member, end); prepared.fate != Fate::answered) {
        return prepared;
    }
    context.set_deadline(for_grpc(end));
    return judge(call(member, context), member);
}

Attempt EtcdClient::judge(const grpc::Status& status, const Member& member) {
    if (status.ok()) {
        return {};
    }
    switch (verdict_on(status)) {
        case Verdict::refused:
            return {.fate = Fate::refused, .error = to_error(status)};
        case Verdict::expired:
            forget_token();
            return {.fate = Fate::again,
                    .error = {Code::unavailable, "etcd does not accept its own token any more"}};
        case Verdict::unknown:
            break;
    }
    leave(member);
    return {.fate = Fate::unknown,
            .error = {Code::unavailable,
                      fmt::format("no member of etcd answers, the last one asked was {}: {}: is "
                                  "etcd running, and do most of its members reach each other?",
                                  member.url, status.error_message())}};
}

/// A member that lost its leader must say so instead of letting us wait.
Attempt EtcdClient::prepare(grpc::ClientContext& context, Member& member, Deadline deadline) {
    context.AddMetadata("hasleader", "true");
    if (options_.user.empty()) {
        return {};
    }
    if (token().empty()) {
        Attempt known = authenticate(member, deadline);
        if (known.fate != Fate::answered) {
            return known;
        }
    }
    context.AddMetadata("token", token());
    return {};
}

Attempt EtcdClient::authenticate(Member& member, Deadline deadline) {
    etcdserverpb::AuthenticateRequest request;
    request.set_name(options_.user);
    request.set_password(options_.password);
    etcdserverpb::AuthenticateResponse response;
    grpc::ClientContext context;
    context.set_deadline(for_grpc(deadline));
    Attempt attempt = judge(member.auth->Authenticate(&context, request, &response), member);
    if (attempt.fate == Fate::unknown) {
        attempt.fate = Fate::again;  // what was asked for has not been sent at all
    }
    if (attempt.fate == Fate::answered) {
        MutexLock lock(mutex_);
        token_ = response.token();
    }
    return attempt;
}

void EtcdClient::forget_token() {
    MutexLock lock(mutex_);
    token_.clear();
}

/// gRPC connects only while somebody waits for it: after a mere sleep, every call would fail as the
/// one before had.
void EtcdClient::pause(Deadline latest) {
    const Deadline end = std::min(latest, Clock::now() + kPause);
    grpc::Channel& channel = *current().channel;
    if (channel.GetState(false) == GRPC_CHANNEL_READY) {
        std::this_thread::sleep_until(end);
    } else {
        channel.WaitForConnected(for_grpc(end));
    }
}

std::string EtcdClient::token() {
    MutexLock lock(mutex_);
    return token_;
}

/// Unless another thread has left it already.
void EtcdClient::leave(const Member& member) {
    std::size_t expected = member.index;
    current_.compare_exchange_strong(expected, (member.index + 1) % members_.size());
}

}  // namespace dnvme::store
