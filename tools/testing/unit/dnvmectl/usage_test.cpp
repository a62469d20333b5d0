// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/usage.h"

#include <sstream>

#include <gmock/gmock.h>

#include "dnvmectl/text.h"
#include "fake_daemon.h"

namespace dnvme::ctl {
namespace {

using testing::HasSubstr;

struct UsageCase {
    std::vector<std::string> arguments;
    const char* message;
};

// All of these are refused before any daemon is asked.
TEST(Usage, MistakesAreNamedAndPointAtHelp) {
    for (const auto& [arguments, message] : std::vector<UsageCase>{
             {{},
              "dnvmectl: say what to do: node, disk, volume, host, head, path, failover, cluster, "
              "status, events, info\n"
              "Try 'dnvmectl --help'.\n"},
             {{"foo"},
              "dnvmectl: 'foo' is no command: choose from node, disk, volume, host, head, path, "
              "failover, cluster, status, events, info\n"
              "Try 'dnvmectl --help'.\n"},
             {{"volume"},
              "dnvmectl: volume: say what to do: create, list, show, attach, detach, activate, "
              "rename, resize, delete\n"
              "Try 'dnvmectl volume --help'.\n"},
             {{"volume", "frob", "v1"},
              "dnvmectl: volume: 'frob' is no command: choose from create, list, show, attach, "
              "detach, activate, rename, resize, delete\n"
              "Try 'dnvmectl volume --help'.\n"},
             {{"volume", "create"},
              "dnvmectl: volume create: NAME is required\n"
              "Try 'dnvmectl volume create --help'.\n"},
             {{"volume", "create", "v1"},
              "dnvmectl: volume create: --size is required\n"
              "Try 'dnvmectl volume create --help'.\n"},
             {{"host", "create", "h1"},
              "dnvmectl: host create: --nqn is required\n"
              "Try 'dnvmectl host create --help'.\n"},
             {{"volume", "delete", "v1", "v2"},
              "dnvmectl: volume delete: The following argument was not expected: v2\n"
              "Try 'dnvmectl volume delete --help'.\n"}}) {
        const Ran ran = run(arguments);
        EXPECT_EQ(ran.exit_code, 1);
        EXPECT_EQ(ran.err, message);
        EXPECT_EQ(ran.out, "");
    }
}

TEST(Usage, BadValuesSayWhatIsExpected) {
    const std::vector<std::string> volume{"volume", "create", "v1"};
    for (const auto& [arguments, message] : std::vector<UsageCase>{
             {{"--size", "10X"}, "--size: '10X' is not a size: expected a number"},
             {{"--size", "0"}, "--size: 0 is too small"},
             {{"--size", "-1"}, "--size"},
             {{"--size", "99999999999P"}, "too large"},
             {{"--chunk", "0"}, "--chunk: 0 is too small"},
             {{"--legs", "0"}, "--legs: '0' is no number of legs: give 1 to 64"},
             {{"--legs", "x"}, "--legs: 'x' is no number of legs"},
             {{"--legs", "4294967296"}, "--legs: '4294967296' is no number of legs"},
             {{"--redundancy", "raid7"}, "--redundancy: 'raid7' is no redundancy: choose from"},
             {{"--output", "xml"}, "--output: 'xml' is no format: choose table or json"},
             {{"--timeout", "0"}, "--timeout: '0' is no time limit: give 1 to 86400 seconds"},
             {{"--timeout", "86401"}, "--timeout: '86401' is no time limit"}}) {
        auto all = volume;
        all.insert(all.end(), arguments.begin(), arguments.end());
        if (arguments.front() != "--size") {
            all.insert(all.end(), {"--size", "1G"});
        }
        const Ran ran = run(all);
        EXPECT_EQ(ran.exit_code, 1) << arguments.back();
        EXPECT_THAT(ran.err, HasSubstr(message));
        EXPECT_THAT(ran.err, HasSubstr("Try 'dnvmectl volume create --help'.\n"));
    }
}

TEST(Usage, BadPortalsAndLabels) {
    EXPECT_THAT(run({"node", "create", "n1", "--portal", "192.0.2.1:x"}).err,
                HasSubstr("--portal: '192.0.2.1:x' has no port from 1 to 65535"));
    EXPECT_THAT(run({"node", "create", "n1", "--portal", "::1", "--label", "site"}).err,
                HasSubstr("--label: 'site' is no label: give KEY=VALUE"));
}

TEST(Usage, VersionNamesTheProgram) {
    const Ran ran = run({"--version"});
    EXPECT_EQ(ran.exit_code, 0);
    EXPECT_THAT(ran.out, testing::MatchesRegex("dnvmectl [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(Usage, HelpFitsA80ColumnTerminal) {
    for (const auto& command : std::vector<std::vector<std::string>>{{},
                                                                     {"node"},
                                                                     {"node", "create"},
                                                                     {"node", "delete"},
                                                                     {"disk"},
                                                                     {"disk", "create"},
                                                                     {"volume"},
                                                                     {"volume", "create"},
                                                                     {"volume", "attach"},
                                                                     {"volume", "list"},
                                                                     {"host"},
                                                                     {"host", "create"},
                                                                     {"head", "set"},
                                                                     {"path", "set"}}) {
        auto arguments = command;
        arguments.emplace_back("--help");
        const Ran ran = run(arguments);
        EXPECT_EQ(ran.exit_code, 0);
        std::istringstream lines(ran.out);
        for (std::string line; std::getline(lines, line);) {
            EXPECT_LE(columns(line), 80U) << line;
        }
    }
}

TEST(Usage, AliasesAreTheSameVerb) {
    FakeDaemon daemon;
    for (const char* noun : {"node", "disk"}) {
        const Ran removed = run({noun, "remove", "x", "--yes", "--socket", daemon.socket()});
        EXPECT_EQ(removed.exit_code, 2);  // the fake daemon knows neither
        EXPECT_THAT(removed.err, HasSubstr(std::string("dnvmectl: ") + noun + " delete: "));
        EXPECT_EQ(run({noun, "add", "--help"}).out, run({noun, "create", "--help"}).out);
    }
}

}  // namespace
}  // namespace dnvme::ctl
