// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace dnvme {

/// What kind of failure; maps one to one to a gRPC status and to an exit code of dnvmectl.
enum class Code {
    invalid,       ///< the request itself is wrong
    not_found,     ///< no such object
    exists,        ///< the name or the thing is taken
    precondition,  ///< right, but not in this state; the message says what to do first
    no_space,      ///< does not fit
    conflict,      ///< somebody else changed it meanwhile: try again
    unavailable,   ///< the other side cannot be reached
    unknown,       ///< asked for, and no answer says whether it was done: look before trying again
    compacted,     ///< the history asked for is gone: read the present
    internal,      ///< the kernel, the store or a library refused
};

/// An error that a person can act on: what was wrong, where, what to do.
/// Value type; any thread.
class Error {
  public:
    Error(Code code, std::string message, int sys_errno = 0)
        : code_(code), errno_(sys_errno), message_(std::move(message)) {}

    [[nodiscard]] Code code() const { return code_; }
    /// errno of the failed system call; 0 if there was none.
    [[nodiscard]] int sys_errno() const { return errno_; }
    /// The whole sentence, outermost context first: "create volume v1: load table: ...".
    [[nodiscard]] const std::string& message() const { return message_; }

    /// Puts what was being done in front of what went wrong.
    [[nodiscard]] Error in(std::string_view context) && {
        message_.insert(0, ": ").insert(0, context);
        return std::move(*this);
    }

  private:
    Code code_;
    int errno_;
    std::string message_;
};

/// Either a value or an Error. Exceptions are for start-up and bugs only.
template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

/// `return fail(Code::not_found, "volume 'v1' does not exist");`
inline tl::unexpected<Error> fail(Code code, std::string message) {
    return tl::unexpected<Error>(Error(code, std::move(message)));
}

/// As fail(), with the system's words for @p sys_errno appended.
tl::unexpected<Error> fail_errno(int sys_errno, std::string message);

/// Hands an error on, with @p context in front.
inline tl::unexpected<Error> pass(Error error, std::string_view context) {
    return tl::unexpected<Error>(std::move(error).in(context));
}
inline tl::unexpected<Error> pass(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

}  // namespace dnvme
