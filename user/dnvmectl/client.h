// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "dnvme/v1/api.grpc.pb.h"
#include "dnvmectl/options.h"

namespace dnvme::ctl {

/// The API of one dnvmed behind a unix socket. Errors: those of api.proto, and unavailable (no
/// daemon answers; the message says how to look) and conflict (no answer in time, too).
class Client {
  public:
    using Stub = v1::Dnvme::Stub;
    template <class Request, class Answer>
    using AskRpc = grpc::Status (Stub::*)(grpc::ClientContext*, const Request&, Answer*);
    template <class Request>
    using ChangeRpc = std::unique_ptr<grpc::ClientReader<v1::Event>> (Stub::*)(grpc::ClientContext*,
                                                                               const Request&);

    /// Errors: invalid (no path for a socket), unavailable (nobody listens there).
    static Result<Client> connect(const GlobalOptions& options);

    template <class Request, class Answer>
    Result<Answer> ask(AskRpc<Request, Answer> rpc, const Request& request) {
        grpc::ClientContext context;
        context.set_deadline(deadline(kAskTimeout));
        Answer answer;
        const grpc::Status status = (stub_.get()->*rpc)(&context, request, &answer);
        if (!status.ok()) {
            return tl::unexpected(error_of(status));
        }
        return answer;
    }

    /// Calls @p on_event for each event until the change is done.
    template <class Request>
    Status change(ChangeRpc<Request> rpc, const Request& request,
                  const std::function<void(const v1::Event&)>& on_event) {
        grpc::ClientContext context;
        context.set_deadline(deadline(kChangeTimeout));
        const auto reader = (stub_.get()->*rpc)(&context, request);
        v1::Event event;
        while (reader->Read(&event)) {
            on_event(event);
        }
        const grpc::Status status = reader->Finish();
        if (!status.ok()) {
            return tl::unexpected(error_of(status));
        }
        return {};
    }

  private:
    explicit Client(const GlobalOptions& options);

    [[nodiscard]] std::chrono::system_clock::time_point deadline(std::chrono::seconds usual) const {
        return std::chrono::system_clock::now() + timeout_.value_or(usual);
    }
    [[nodiscard]] Error error_of(const grpc::Status& status) const;

    std::string socket_;
    std::optional<std::chrono::seconds> timeout_;
    std::unique_ptr<Stub> stub_;
};

}  // namespace dnvme::ctl
