// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include <grpcpp/support/status.h>

#include "base/result.h"

namespace dnvme::daemon {

/// An error as the API says it: see api.proto.
grpc::Status to_grpc(const Error& error);

/// Ends a request with its answer.
template <class T>
grpc::Status answer(Result<T> result, T& out) {
    if (!result) {
        return to_grpc(result.error());
    }
    out = std::move(*result);
    return grpc::Status::OK;
}

}  // namespace dnvme::daemon
