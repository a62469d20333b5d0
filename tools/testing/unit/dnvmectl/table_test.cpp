// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/table.h"

#include <sstream>

#include <gtest/gtest.h>

#include "dnvmectl/text.h"

namespace dnvme::ctl {
namespace {

class TableTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { use_utf8(); }

    static std::string print(const Table& table, const TableStyle& style = {}) {
        std::ostringstream out;
        table.print(out, style);
        return out.str();
    }
};

TEST_F(TableTest, AlignsColumnsWithoutTrailingBlanks) {
    Table table({"NAME", "SIZE"});
    table.row({"v1", "10 GiB"}).row({"longer-name", "1 MiB"});
    EXPECT_EQ(print(table),
              "NAME         SIZE\n"
              "v1           10 GiB\n"
              "longer-name  1 MiB\n");
}

TEST_F(TableTest, AlignsWideAndAccentedText) {
    Table table({"NAME", "LABELS"});
    table.row({"n1", "site=磁盘"}).row({"Münch", "-"});
    EXPECT_EQ(print(table),
              "NAME   LABELS\n"
              "n1     site=磁盘\n"
              "Münch  -\n");
}

TEST_F(TableTest, HiddenHeadersTakeNoRoom) {
    Table table({"REDUNDANCY", "X"});
    table.row({"none", "y"});
    EXPECT_EQ(print(table, {.headers = false}), "none  y\n");
}

TEST_F(TableTest, NotesDoNotWidenColumns) {
    Table table({"NAME", "HEALTH"});
    table.row({"v1", "down"}).note("  ! v1: waits for disk d2 on node n1").row({"v2", "ok"});
    EXPECT_EQ(print(table),
              "NAME  HEALTH\n"
              "v1    down\n"
              "  ! v1: waits for disk d2 on node n1\n"
              "v2    ok\n");
}

TEST_F(TableTest, ColoursOnlyToneAndOnlyIfAsked) {
    Table table({"NAME", "HEALTH", "HOSTS"});
    table.row({"v1", Cell("down", Tone::bad), "h1"});
    EXPECT_EQ(print(table, {.colour = true}),
              "NAME  HEALTH  HOSTS\n"
              "v1    \033[31mdown\033[0m    h1\n");
    EXPECT_EQ(print(table),
              "NAME  HEALTH  HOSTS\n"
              "v1    down    h1\n");
}

TEST_F(TableTest, NamesCannotSteerTheTerminal) {
    Table table({"PATH"});
    table.row({"/dev/\033[2Jx"}).note("a\rb");
    EXPECT_EQ(print(table), "PATH\n/dev/?[2Jx\na?b\n");
}

TEST_F(TableTest, EmptyTableIsItsHeaders) {
    EXPECT_EQ(print(Table({"NAME", "SIZE"})), "NAME  SIZE\n");
    EXPECT_EQ(print(Table()), "");
}

}  // namespace
}  // namespace dnvme::ctl
