// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"

namespace spdlog {
class formatter;
}  // namespace spdlog

/// Set-up of spdlog's default logger; everybody logs with spdlog::info() and its like.
namespace dnvme {

enum class LogStyle {
    plain,    ///< time and level, for a terminal or a file
    systemd,  ///< "<6>" priorities that systemd takes from standard error into the journal
};

/// systemd if its journal reads our standard error, else plain.
LogStyle detect_log_style();

/// Logs to standard error from now on. @p level: "debug", "info", "warning" or "error".
/// Errors: invalid (no such level). Call it before other threads log.
Status set_up_log(LogStyle style, std::string_view level);

/// What turns a message into a line of that style.
std::unique_ptr<spdlog::formatter> make_log_formatter(LogStyle style);

}  // namespace dnvme
