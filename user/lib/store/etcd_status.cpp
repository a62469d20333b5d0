// SPDX-License-Identifier: Apache-2.0
#include "store/etcd_status.h"

#include <fmt/format.h>

namespace dnvme::store {

namespace {

// Words of etcd that say more than their code (3.4 to 3.6; api/v3rpc/rpctypes/error.go).
constexpr const char* kNoSpace = "database space exceeded";
constexpr const char* kOldAuth = "revision of auth store is old";
constexpr const char* kNoUser = "user name is empty";
constexpr const char* kWrongPassword = "invalid user ID or password";
constexpr const char* kNoAuth = "authentication is not enabled";
constexpr const char* kFuture = "future revision";

bool says(const grpc::Status& status, const char* words) {
    return status.error_message().find(words) != std::string::npos;
}

Error of_argument(const grpc::Status& status) {
    if (says(status, kNoUser)) {
        return {Code::precondition, "etcd asks for a user: set store.user and store.password_file"};
    }
    if (says(status, kWrongPassword)) {
        return {Code::precondition, "etcd does not know this user, or the password is wrong"};
    }
    return {Code::invalid, fmt::format("etcd refuses the request: {}", status.error_message())};
}

Error of_state(const grpc::Status& status) {
    if (says(status, kNoAuth)) {
        return {Code::precondition,
                "etcd has no users (authentication is off): switch it on, or remove store.user"};
    }
    return {Code::precondition, fmt::format("etcd refuses: {}", status.error_message())};
}

Error of_range(const grpc::Status& status) {
    if (says(status, kFuture)) {
        return {Code::invalid, "this revision of the store is still to come"};
    }
    return {Code::compacted, fmt::format("etcd: {}: list again", status.error_message())};
}

}  // namespace

Verdict verdict_on(const grpc::Status& status) {
    switch (status.error_code()) {
        case grpc::StatusCode::UNAUTHENTICATED:
            return Verdict::expired;
        case grpc::StatusCode::INVALID_ARGUMENT:
            return says(status, kOldAuth) ? Verdict::expired : Verdict::refused;
        case grpc::StatusCode::RESOURCE_EXHAUSTED:
            return says(status, kNoSpace) ? Verdict::refused : Verdict::unknown;
        case grpc::StatusCode::PERMISSION_DENIED:
        case grpc::StatusCode::FAILED_PRECONDITION:
        case grpc::StatusCode::OUT_OF_RANGE:
        case grpc::StatusCode::NOT_FOUND:
        case grpc::StatusCode::UNIMPLEMENTED:
            return Verdict::refused;
        default:
            return Verdict::unknown;
    }
}

Error to_error(const grpc::Status& status) {
    switch (status.error_code()) {
        case grpc::StatusCode::INVALID_ARGUMENT:
            return of_argument(status);
        case grpc::StatusCode::FAILED_PRECONDITION:
            return of_state(status);
        case grpc::StatusCode::OUT_OF_RANGE:
            return of_range(status);
        case grpc::StatusCode::NOT_FOUND:
            return {Code::not_found, fmt::format("etcd: {}", status.error_message())};
        case grpc::StatusCode::PERMISSION_DENIED:
            return {Code::precondition,
                    "etcd does not let this user do that: grant it read and write access to the "
                    "keys that begin with /dnvme/"};
        case grpc::StatusCode::UNIMPLEMENTED:
            return {Code::precondition,
                    "the endpoint does not speak etcd's API: is it an etcd of version 3.4 or "
                    "later?"};
        case grpc::StatusCode::RESOURCE_EXHAUSTED:
            if (says(status, kNoSpace)) {
                return {Code::no_space,
                        "the database of etcd is full: compact and defragment it or raise "
                        "--quota-backend-bytes, then clear the alarm (etcdctl alarm disarm)"};
            }
            [[fallthrough]];
        default:
            return {Code::unavailable, status.error_message()};
    }
}

}  // namespace dnvme::store
