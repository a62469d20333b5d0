// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>

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
    template <class Request, class Part = v1::Event>
    using ChangeRpc = std::unique_ptr<grpc::ClientReader<Part>> (Stub::*)(grpc::ClientContext*,
                                                                          const Request&);
    template <class Part, class Answer>
    using SendRpc = std::unique_ptr<grpc::ClientWriter<Part>> (Stub::*)(grpc::ClientContext*,
                                                                        Answer*);

    /// Errors: invalid (no path for a socket), unavailable (nobody listens there).
    static Result<Client> connect(const GlobalOptions& options);

    /// @p usual is how long to wait unless the user has said it.
    template <class Request, class Answer>
    Result<Answer> ask(AskRpc<Request, Answer> rpc, const Request& request,
                       std::chrono::seconds usual = kAskTimeout) {
        grpc::ClientContext context;
        context.set_deadline(deadline(usual));
        Answer answer;
        const grpc::Status status = (stub_.get()->*rpc)(&context, request, &answer);
        if (!status.ok()) {
            return tl::unexpected(error_of(status));
        }
        return answer;
    }

    /// Calls @p on_part for each event, or other part of an answer, until there are no more.
    template <class Request, class Part>
    Status change(ChangeRpc<Request, Part> rpc, const Request& request,
                  const std::function<void(const std::type_identity_t<Part>&)>& on_part,
                  std::chrono::seconds usual = kChangeTimeout) {
        grpc::ClientContext context;
        context.set_deadline(deadline(usual));
        const auto reader = (stub_.get()->*rpc)(&context, request);
        Part part;
        while (reader->Read(&part)) {
            on_part(part);
        }
        const grpc::Status status = reader->Finish();
        if (!status.ok()) {
            return tl::unexpected(error_of(status));
        }
        return {};
    }

    /// Sends a request in parts: those that @p next fills in, until it returns false. Waits as long
    /// as for a change.
    template <class Part, class Answer>
    Result<Answer> send(SendRpc<Part, Answer> rpc,
                        const std::function<bool(std::type_identity_t<Part>&)>& next) {
        grpc::ClientContext context;
        context.set_deadline(deadline(kChangeTimeout));
        Answer answer;
        const auto writer = (stub_.get()->*rpc)(&context, &answer);
        Part part;
        while (next(part) && writer->Write(part)) {
        }
        writer->WritesDone();
        const grpc::Status status = writer->Finish();
        if (!status.ok()) {
            return tl::unexpected(error_of(status));
        }
        return answer;
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
