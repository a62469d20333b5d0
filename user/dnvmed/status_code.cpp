// SPDX-License-Identifier: Apache-2.0
#include "status_code.h"

namespace dnvme::daemon {

namespace {

grpc::StatusCode to_grpc(Code code) {
    switch (code) {
        case Code::invalid:
            return grpc::StatusCode::INVALID_ARGUMENT;
        case Code::not_found:
            return grpc::StatusCode::NOT_FOUND;
        case Code::exists:
            return grpc::StatusCode::ALREADY_EXISTS;
        case Code::precondition:
            return grpc::StatusCode::FAILED_PRECONDITION;
        case Code::no_space:
            return grpc::StatusCode::RESOURCE_EXHAUSTED;
        case Code::conflict:
            return grpc::StatusCode::ABORTED;
        case Code::unavailable:
            return grpc::StatusCode::UNAVAILABLE;
        case Code::unknown:
            return grpc::StatusCode::UNKNOWN;
        case Code::compacted:
            return grpc::StatusCode::OUT_OF_RANGE;
        case Code::internal:
            return grpc::StatusCode::INTERNAL;
    }
    return grpc::StatusCode::UNKNOWN;
}

}  // namespace

grpc::Status to_grpc(const Error& error) {
    return {to_grpc(error.code()), error.message()};
}

}  // namespace dnvme::daemon
