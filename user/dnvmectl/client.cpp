// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/client.h"

#include <cerrno>
#include <cstring>
#include <limits>

#include <fmt/format.h>
#include <grpcpp/create_channel.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace dnvme::ctl {

namespace {

Error unreachable(const std::string& socket, int error) {
    const char* advice = error == EACCES || error == EPERM
                             ? "be root, or a member of the socket's group"
                             : "is dnvmed running? See 'systemctl status dnvmed'";
    return {Code::unavailable,
            fmt::format("no daemon answers on {}: {}: {}", socket, std::strerror(error), advice),
            error};
}

int try_connect(const sockaddr_un& address) {
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return errno;
    }
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    const int error = ::connect(fd, generic, sizeof(address)) == 0 ? 0 : errno;
    close(fd);
    return error;
}

/// gRPC says only that it did not connect; a person needs to know why not.
Status probe(const std::string& socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket.empty() || socket.size() >= sizeof(address.sun_path)) {
        return fail(Code::invalid,
                    fmt::format("'{}' is no path for a socket: give 1 to {} characters", socket,
                                sizeof(address.sun_path) - 1));
    }
    std::memcpy(address.sun_path, socket.c_str(), socket.size());
    if (const int error = try_connect(address); error != 0) {
        return tl::unexpected(unreachable(socket, error));
    }
    return {};
}

std::shared_ptr<grpc::Channel> open_channel(const std::string& socket) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(std::numeric_limits<int>::max());
    return grpc::CreateCustomChannel("unix:" + socket, grpc::InsecureChannelCredentials(),
                                     arguments);
}

Code code_of(grpc::StatusCode code) {
    switch (code) {
        case grpc::StatusCode::INVALID_ARGUMENT:
            return Code::invalid;
        case grpc::StatusCode::NOT_FOUND:
            return Code::not_found;
        case grpc::StatusCode::ALREADY_EXISTS:
            return Code::exists;
        case grpc::StatusCode::FAILED_PRECONDITION:
            return Code::precondition;
        case grpc::StatusCode::RESOURCE_EXHAUSTED:
            return Code::no_space;
        case grpc::StatusCode::ABORTED:
        case grpc::StatusCode::DEADLINE_EXCEEDED:
            return Code::conflict;
        case grpc::StatusCode::UNAVAILABLE:
            return Code::unavailable;
        default:
            return Code::internal;
    }
}

/// What gRPC itself has to say is about its own inside; these say it to the user.
std::string message_of(const grpc::Status& status, const std::string& socket) {
    switch (status.error_code()) {
        case grpc::StatusCode::UNAVAILABLE:
            return fmt::format(
                "the daemon on {} went away before it had answered ({}): look what became of the "
                "request when it is back; see 'systemctl status dnvmed'",
                socket, status.error_message());
        case grpc::StatusCode::DEADLINE_EXCEEDED:
            return fmt::format(
                "the daemon on {} has not answered in time; a change that it has begun goes on: "
                "look before you try again, and see --timeout",
                socket);
        case grpc::StatusCode::UNIMPLEMENTED:
            return fmt::format("the daemon on {} does not know this request: update dnvmed",
                               socket);
        default:
            return status.error_message();
    }
}

}  // namespace

Client::Client(const GlobalOptions& options)
    : socket_(options.socket),
      timeout_(options.timeout),
      stub_(v1::Dnvme::NewStub(open_channel(options.socket))) {}

Result<Client> Client::connect(const GlobalOptions& options) {
    if (auto reached = probe(options.socket); !reached) {
        return tl::unexpected(reached.error());
    }
    return Client(options);
}

Error Client::error_of(const grpc::Status& status) const {
    return {code_of(status.error_code()), message_of(status, socket_)};
}

}  // namespace dnvme::ctl
