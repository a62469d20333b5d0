// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <grpcpp/support/status.h>

#include "base/result.h"

namespace dnvme::store {

/// What an answer that is not OK says about the request.
enum class Verdict {
    refused,  ///< nothing was done, and nothing will be: the error says why
    expired,  ///< nothing was done: the token of the user is no longer good
    unknown,  ///< it may have been done, or may be done yet; another member may know
};

/// etcd's own errors by their code and, where one code means several things, by their words.
Verdict verdict_on(const grpc::Status& status);

/// For refused ones, in our words; the others are unavailable.
Error to_error(const grpc::Status& status);

}  // namespace dnvme::store
