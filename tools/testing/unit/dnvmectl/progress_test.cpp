// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/progress.h"

#include <sstream>

#include <gtest/gtest.h>

#include "dnvmectl/text.h"

namespace dnvme::ctl {
namespace {

v1::Plan two_actions() {
    v1::Plan plan;
    plan.add_actions("load module");
    plan.add_actions("create device");
    return plan;
}

v1::Step step_done(std::uint32_t done, const std::string& action) {
    v1::Step step;
    step.set_done(done);
    step.set_total(2);
    step.set_action(action);
    return step;
}

/// What Progress writes while a change of two steps runs.
std::string shown(const GlobalOptions& options, bool terminal) {
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    const Streams streams{
        .in = in, .out = out, .err = err, .err_is_terminal = terminal, .err_columns = 80};
    Progress progress(options, streams);
    progress.start(two_actions());
    progress.step(step_done(1, "load module"));
    progress.step(step_done(2, "create device"));
    progress.finish();
    EXPECT_EQ(out.str(), "");
    return err.str();
}

TEST(ProgressLine, BarGrowsFromEmptyToFull) {
    EXPECT_EQ(progress_line(0, 4, "a", 80), "[--------------------] 0/4 a");
    EXPECT_EQ(progress_line(1, 4, "a", 80), "[#####---------------] 1/4 a");
    EXPECT_EQ(progress_line(4, 4, "", 80), "[####################] 4/4 ");
}

TEST(ProgressLine, SurvivesNumbersThatMakeNoSense) {
    EXPECT_EQ(progress_line(0, 0, "a", 80), "[--------------------] 0/0 a");
    EXPECT_EQ(progress_line(9, 4, "a", 80), "[####################] 9/4 a");
}

TEST(ProgressLine, IsCutToTheTerminal) {
    use_utf8();
    EXPECT_EQ(progress_line(1, 4, "create device", 30), "[#####---------------] 1/4 cre");
    EXPECT_EQ(progress_line(1, 4, "a\nb", 80), "[#####---------------] 1/4 a?b");
}

TEST(Progress, TerminalGetsABarThatIsWiped) {
    EXPECT_EQ(shown({}, true),
              "\r\033[K[--------------------] 0/2 load module"
              "\r\033[K[##########----------] 1/2 create device"
              "\r\033[K[####################] 2/2 "
              "\r\033[K");
}

TEST(Progress, ElsewhereNothing) {
    EXPECT_EQ(shown({}, false), "");
}

TEST(Progress, VerboseGetsALineForEachStep) {
    const GlobalOptions verbose{.verbose = true};
    EXPECT_EQ(shown(verbose, false), "1/2 load module\n2/2 create device\n");
    EXPECT_EQ(shown(verbose, true), "1/2 load module\n2/2 create device\n");
}

TEST(Progress, QuietWins) {
    EXPECT_EQ(shown({.quiet = true, .verbose = true}, true), "");
}

}  // namespace
}  // namespace dnvme::ctl
