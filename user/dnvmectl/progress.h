// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "dnvme/v1/api.pb.h"
#include "dnvmectl/options.h"
#include "dnvmectl/streams.h"

namespace dnvme::ctl {

/// Says on standard error how far a change is: on a terminal a bar that is redrawn in place and
/// wiped at the end, with --verbose a line for each step, with --quiet or elsewhere nothing.
class Progress {
  public:
    Progress(const GlobalOptions& options, const Streams& streams);
    ~Progress() { finish(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void start(const v1::Plan& plan);
    void step(const v1::Step& step);
    /// Wipes the bar; whatever is printed afterwards starts on a clean line.
    void finish();

  private:
    enum class Style { none, bar, lines };
    static Style style_for(const GlobalOptions& options, const Streams& streams);

    void draw(std::uint32_t done, std::uint32_t total);

    Style style_;
    std::ostream& out_;
    std::size_t columns_;
    bool drawn_ = false;
    v1::Plan plan_;
};

/// "[####----] 12/37 create dm device ...", cut to @p columns. Pure.
std::string progress_line(std::uint32_t done, std::uint32_t total, const std::string& action,
                          std::size_t columns);

}  // namespace dnvme::ctl
