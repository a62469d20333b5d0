// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "fake_daemon.h"

namespace dnvme::ctl {
namespace {

using testing::HasSubstr;

class ConfirmTest : public testing::Test {
  protected:
    [[nodiscard]] std::vector<std::string> delete_v1() const {
        return {"--socket", daemon.socket(), "volume", "delete", "v1"};
    }
    [[nodiscard]] bool asked_to_delete() const { return daemon.delete_request.name() == "v1"; }

    FakeDaemon daemon;
};

TEST_F(ConfirmTest, YesDeletes) {
    for (const char* yes : {"y\n", "Y\n", "yes\n"}) {
        daemon.delete_request.Clear();
        const Ran ran = run_on_terminal(delete_v1(), yes);
        EXPECT_EQ(ran.exit_code, 0) << yes;
        EXPECT_EQ(ran.err, "Delete volume v1 and all data on it? [y/N] ");
        EXPECT_EQ(ran.out, "volume v1 deleted\n");
        EXPECT_TRUE(asked_to_delete()) << yes;
    }
}

TEST_F(ConfirmTest, AnythingElseDoesNot) {
    for (const char* no : {"n\n", "\n", "", "yess\n"}) {
        const Ran ran = run_on_terminal(delete_v1(), no);
        EXPECT_EQ(ran.exit_code, 2) << no;
        EXPECT_THAT(ran.err, HasSubstr("not confirmed, nothing was changed")) << no;
        EXPECT_FALSE(asked_to_delete()) << no;
    }
}

TEST_F(ConfirmTest, WithoutATerminalYesMustBeGiven) {
    const Ran refused = run(delete_v1());
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.err, HasSubstr("give --yes"));
    EXPECT_FALSE(asked_to_delete());

    auto with_yes = delete_v1();
    with_yes.emplace_back("--yes");
    EXPECT_EQ(run(with_yes).exit_code, 0);
    EXPECT_TRUE(asked_to_delete());
}

TEST_F(ConfirmTest, DryRunNeedsNoAnswer) {
    auto dry = delete_v1();
    dry.emplace_back("--dry-run");
    const Ran ran = run(dry);
    EXPECT_EQ(ran.exit_code, 0);
    EXPECT_EQ(ran.out, "do it\n1 action; nothing was changed\n");
    EXPECT_TRUE(daemon.delete_request.dry_run());
}

}  // namespace
}  // namespace dnvme::ctl
