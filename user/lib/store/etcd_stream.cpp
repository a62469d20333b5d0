// SPDX-License-Identifier: Apache-2.0
#include "store/etcd_stream.h"

#include <algorithm>

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/support/async_stream.h>

#include "store/etcd_member.h"

namespace dnvme::store {

using etcdserverpb::WatchRequest;
using etcdserverpb::WatchResponse;

/// gRPC's own objects: what is outstanding is taken back before they go.
struct EtcdStream::Wire {
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    std::unique_ptr<grpc::ClientAsyncReaderWriter<WatchRequest, WatchResponse>> calls;
    WatchResponse response;
    std::optional<Error> refused;  ///< it was not even begun

    /// What is outstanding, which is one thing at most.
    void take_back() {
        void* tag = nullptr;
        bool ok = false;
        context.TryCancel();
        queue.Next(&tag, &ok);
    }

    ~Wire() {
        context.TryCancel();
        queue.Shutdown();
        void* tag = nullptr;
        bool ok = false;
        while (queue.Next(&tag, &ok)) {
        }
    }
};

EtcdStream::EtcdStream(EtcdClient& etcd, const WatchRequest& request)
    : etcd_(etcd),
      request_(request),
      member_(etcd.current()),
      wire_(std::make_unique<Wire>()),
      connected_until_(std::chrono::steady_clock::now() + etcd.options().attempt_timeout) {
    const Attempt prepared = etcd_.prepare(wire_->context, member_, connected_until_);
    if (prepared.fate != Fate::answered) {
        wire_->refused = prepared.error;
        return;
    }
    wire_->calls = member_.watch->PrepareAsyncWatch(&wire_->context, &wire_->queue);
    wire_->calls->StartCall(this);
}

EtcdStream::~EtcdStream() = default;

Result<std::optional<WatchResponse>> EtcdStream::next(Deadline deadline) {
    using Queue = grpc::CompletionQueue;
    if (wire_->refused) {
        return pass(*wire_->refused);
    }
    while (true) {
        const Deadline until = heard_ ? deadline : std::min(deadline, connected_until_);
        void* tag = nullptr;
        bool ok = false;
        if (wire_->queue.AsyncNext(&tag, &ok, for_grpc(until)) != Queue::GOT_EVENT) {
            const bool late = !heard_ && std::chrono::steady_clock::now() >= connected_until_;
            if (!late) {
                return std::nullopt;
            }
            wire_->take_back();
            return pass(lose());
        }
        if (!ok) {
            return pass(lose());
        }
        if (step_ == Step::read) {
            heard_ = true;
            WatchResponse response = std::move(wire_->response);
            take_step();
            return response;
        }
        take_step();
    }
}

/// One thing at a time: connect, ask, then read on and on.
void EtcdStream::take_step() {
    if (step_ == Step::start) {
        step_ = Step::write;
        wire_->calls->Write(request_, this);
        return;
    }
    step_ = Step::read;
    wire_->response.Clear();
    wire_->calls->Read(&wire_->response, this);
}

/// Why it ended; the next stream goes to another member.
Error EtcdStream::lose() {
    grpc::Status status;
    void* tag = nullptr;
    bool ok = false;
    wire_->calls->Finish(&status, &status);
    wire_->queue.Next(&tag, &ok);
    if (status.ok() || status.error_code() == grpc::StatusCode::CANCELLED) {
        status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "it is silent");
    }
    const Attempt attempt = etcd_.judge(status, member_);
    wire_->refused = attempt.error;
    return attempt.error;
}

}  // namespace dnvme::store
