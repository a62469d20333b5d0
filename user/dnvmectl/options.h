// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace dnvme::ctl {

inline constexpr auto default_socket = "/run/dnvme/dnvmed.sock";

enum class OutputFormat { table, json };

/// Options that every verb takes.
struct GlobalOptions {
    std::string socket = default_socket;
    OutputFormat output = OutputFormat::table;
    bool no_headers = false;
    bool quiet = false;
    bool verbose = false;
    /// How long to wait for the daemon; unset: kAskTimeout or kChangeTimeout.
    std::optional<std::chrono::seconds> timeout = std::nullopt;
};

/// A question is answered from memory; a change may wait for disks.
inline constexpr std::chrono::seconds kAskTimeout{30};
inline constexpr std::chrono::seconds kChangeTimeout{600};

}  // namespace dnvme::ctl
