// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/progress.h"

#include <algorithm>

#include <fmt/format.h>

#include "dnvmectl/text.h"

namespace dnvme::ctl {

namespace {

constexpr std::uint64_t bar_width = 20;
constexpr auto wipe_line = "\r\033[K";

}  // namespace

std::string progress_line(std::uint32_t done, std::uint32_t total, const std::string& action,
                          std::size_t columns) {
    const std::uint64_t filled = bar_width * std::min(done, total) / std::max(total, 1U);
    const std::string line = fmt::format("[{:#<{}}{:-<{}}] {}/{} {}", "", filled, "",
                                         bar_width - filled, done, total, printable(action));
    return std::string(clip(line, columns));
}

Progress::Progress(const GlobalOptions& options, const Streams& streams)
    : style_(style_for(options, streams)), out_(streams.err), columns_(streams.err_columns) {}

Progress::Style Progress::style_for(const GlobalOptions& options, const Streams& streams) {
    if (options.quiet) {
        return Style::none;
    }
    if (options.verbose) {
        return Style::lines;
    }
    return streams.err_is_terminal ? Style::bar : Style::none;
}

void Progress::start(const v1::Plan& plan) {
    plan_ = plan;
    if (style_ == Style::bar && plan.actions_size() > 0) {
        draw(0, static_cast<std::uint32_t>(plan.actions_size()));
    }
}

void Progress::step(const v1::Step& step) {
    if (style_ == Style::bar) {
        draw(step.done(), step.total());
    } else if (style_ == Style::lines) {
        out_ << fmt::format("{}/{} {}\n", step.done(), step.total(), printable(step.action()));
    }
}

void Progress::finish() {
    if (drawn_) {
        out_ << wipe_line << std::flush;
        drawn_ = false;
    }
}

// Shows the action that runs now: the plan's next after those that are done.
void Progress::draw(std::uint32_t done, std::uint32_t total) {
    const bool more = done < static_cast<std::uint32_t>(plan_.actions_size());
    const std::string action = more ? plan_.actions(static_cast<int>(done)) : "";
    // A character in the last column would wrap on some terminals.
    out_ << wipe_line << progress_line(done, total, action, columns_ - 1) << std::flush;
    drawn_ = true;
}

}  // namespace dnvme::ctl
