// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/formatter.h>
#include <spdlog/spdlog.h>

namespace dnvme {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

std::string format(LogStyle style, spdlog::level::level_enum level) {
    spdlog::memory_buf_t line;
    make_log_formatter(style)->format(
        spdlog::details::log_msg("", level, "create dm device dnvme-ld-1"), line);
    return {line.data(), line.size()};
}

TEST(Log, SystemdLinesStartWithTheirPriority) {
    EXPECT_EQ(format(LogStyle::systemd, spdlog::level::critical),
              "<2>create dm device dnvme-ld-1\n");
    EXPECT_EQ(format(LogStyle::systemd, spdlog::level::err), "<3>create dm device dnvme-ld-1\n");
    EXPECT_EQ(format(LogStyle::systemd, spdlog::level::warn), "<4>create dm device dnvme-ld-1\n");
    EXPECT_EQ(format(LogStyle::systemd, spdlog::level::info), "<6>create dm device dnvme-ld-1\n");
    EXPECT_EQ(format(LogStyle::systemd, spdlog::level::debug), "<7>create dm device dnvme-ld-1\n");
}

TEST(Log, PlainLinesSayTimeAndLevel) {
    EXPECT_THAT(format(LogStyle::plain, spdlog::level::warn),
                MatchesRegex("[0-9-]+ [0-9:.]+ warning: create dm device dnvme-ld-1\n"));
}

TEST(Log, StyleFollowsTheJournal) {
    ::setenv("JOURNAL_STREAM", "8:1234", 1);
    EXPECT_EQ(detect_log_style(), LogStyle::systemd);
    ::unsetenv("JOURNAL_STREAM");
    EXPECT_EQ(detect_log_style(), LogStyle::plain);
}

TEST(Log, LevelDecidesWhatIsPrinted) {
    testing::internal::CaptureStderr();
    ASSERT_TRUE(set_up_log(LogStyle::systemd, "warning"));
    spdlog::info("quiet");
    spdlog::warn("loud");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "<4>loud\n");
}

TEST(Log, UnknownLevelIsRefused) {
    const Status status = set_up_log(LogStyle::plain, "verbose");
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code(), Code::invalid);
    EXPECT_THAT(status.error().message(), HasSubstr("'verbose'"));
    EXPECT_THAT(status.error().message(), HasSubstr("debug, info, warning or error"));
}

}  // namespace
}  // namespace dnvme
