// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <cstdlib>

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace dnvme {
namespace {

/// Syslog's priority for a level, as sd-daemon(3) defines the prefixes.
char priority_of(spdlog::level::level_enum level) {
    switch (level) {
        case spdlog::level::critical:
            return '2';
        case spdlog::level::err:
            return '3';
        case spdlog::level::warn:
            return '4';
        case spdlog::level::info:
            return '6';
        default:
            return '7';
    }
}

/// The flag %* of the systemd pattern.
class PriorityFlag : public spdlog::custom_flag_formatter {
  public:
    void format(const spdlog::details::log_msg& message, const std::tm& /*time*/,
                spdlog::memory_buf_t& line) override {
        line.push_back(priority_of(message.level));
    }
    [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<PriorityFlag>();
    }
};

}  // namespace

LogStyle detect_log_style() {
    return std::getenv("JOURNAL_STREAM") != nullptr ? LogStyle::systemd : LogStyle::plain;
}

std::unique_ptr<spdlog::formatter> make_log_formatter(LogStyle style) {
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    if (style == LogStyle::systemd)
        formatter->add_flag<PriorityFlag>('*').set_pattern("<%*>%v");
    else
        formatter->set_pattern("%Y-%m-%d %H:%M:%S.%e %l: %v");
    return formatter;
}

Status set_up_log(LogStyle style, std::string_view level) {
    const auto parsed = spdlog::level::from_str(std::string(level));
    // from_str() takes what it does not know for "off", which nobody may ask for.
    if (parsed == spdlog::level::off)
        return fail(
            Code::invalid,
            fmt::format("'{}' is not a log level: expected debug, info, warning or error", level));
    auto logger =
        std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_formatter(make_log_formatter(style));
    logger->set_level(parsed);
    logger->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(logger));
    return {};
}

}  // namespace dnvme
