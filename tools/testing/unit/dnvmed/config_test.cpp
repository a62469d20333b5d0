// SPDX-License-Identifier: Apache-2.0
#include "config.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "options.h"

namespace dnvme::daemon {
namespace {

using testing::HasSubstr;

std::string error_of(std::string_view text) {
    const auto config = parse_config(text, "dnvmed.toml");
    return config ? "no error" : config.error().message();
}

TEST(Config, EmptyFileMeansDefaults) {
    const auto config = parse_config("", "dnvmed.toml");
    ASSERT_TRUE(config);
    EXPECT_EQ(config->node, "");
    EXPECT_EQ(config->socket, "/run/dnvme/dnvmed.sock");
    EXPECT_EQ(config->store.kind, "sqlite");
    EXPECT_EQ(config->store.path, "/var/lib/dnvme/store.db");
    EXPECT_EQ(config->first_port_id, 1);
    EXPECT_EQ(config->lease_s, 10);
    EXPECT_EQ(config->drain_ms, 3000U);
    EXPECT_EQ(config->patience_s, 30U);
    EXPECT_EQ(config->log_level, "info");
}

TEST(Config, EveryKeyIsTaken) {
    const auto config = parse_config(R"(
        [node]
        name = "n1"
        [api]
        socket = "/run/x.sock"
        [store]
        path = "/srv/store.db"
        [export]
        first_port_id = 100
        [gate]
        drain_ms = 500
        [member]
        patience_s = 0
        [log]
        level = "debug"
    )",
                                     "dnvmed.toml");
    ASSERT_TRUE(config) << config.error().message();
    EXPECT_EQ(config->node, "n1");
    EXPECT_EQ(config->socket, "/run/x.sock");
    EXPECT_EQ(config->store.path, "/srv/store.db");
    EXPECT_EQ(config->first_port_id, 100);
    EXPECT_EQ(config->drain_ms, 500U);
    EXPECT_EQ(config->patience_s, 0U);
    EXPECT_EQ(config->log_level, "debug");
}

TEST(Config, EtcdIsNamedByItsMembers) {
    auto config = parse_config(R"(
        [node]
        name = "n1"
        [store]
        kind = "etcd"
        endpoints = ["https://10.0.0.1:2379", "https://10.0.0.2:2379"]
        ca = "/etc/dnvme/ca.pem"
        cert = "/etc/dnvme/cert.pem"
        key = "/etc/dnvme/key.pem"
        user = "dnvme"
        password_file = "/etc/dnvme/password"
    )",
                               "dnvmed.toml");
    ASSERT_TRUE(config) << config.error().message();
    EXPECT_TRUE(resolve(*config));
    EXPECT_EQ(config->store.kind, "etcd");
    EXPECT_THAT(config->store.endpoints,
                testing::ElementsAre("https://10.0.0.1:2379", "https://10.0.0.2:2379"));
    EXPECT_EQ(config->store.ca, "/etc/dnvme/ca.pem");
    EXPECT_EQ(config->store.cert, "/etc/dnvme/cert.pem");
    EXPECT_EQ(config->store.key, "/etc/dnvme/key.pem");
    EXPECT_EQ(config->store.user, "dnvme");
    EXPECT_EQ(config->store.password_file, "/etc/dnvme/password");
    config->store.password_file.clear();
    EXPECT_THAT(resolve(*config).error().message(), HasSubstr("store.password_file are needed"));
    config->store.key.clear();
    EXPECT_THAT(resolve(*config).error().message(), HasSubstr("store.key are needed together"));
}

TEST(Config, StoreKindDecidesWhatItNeeds) {
    Config config;
    config.node = "n1";
    config.store.kind = "ectd";
    EXPECT_THAT(resolve(config).error().message(), HasSubstr("must be one of sqlite, etcd"));
    config.store.kind = "etcd";
    EXPECT_THAT(resolve(config).error().message(), HasSubstr("members in store.endpoints"));
    config.store = {};
    config.store.user = "dnvme";
    EXPECT_THAT(resolve(config).error().message(), HasSubstr("nothing but store.path"));
    EXPECT_THAT(error_of("[store]\nendpoints = []\n"), HasSubstr("array of strings"));
    EXPECT_THAT(error_of("[store]\nendpoints = [7]\n"), HasSubstr("array of strings"));
}

TEST(Config, UnknownKeyIsAnErrorWithItsLine) {
    EXPECT_EQ(error_of("[node]\nname = \"n1\"\ncolour = \"red\"\n"),
              "dnvmed.toml:3: unknown key 'node.colour': see dnvmed.toml(5) for those that exist");
}

TEST(Config, UnknownSectionIsAnErrorWithItsLine) {
    EXPECT_THAT(error_of("\n[nodes]\n"),
                HasSubstr("dnvmed.toml:2: unknown section or key 'nodes'"));
    EXPECT_THAT(error_of("node = \"n1\"\n"), HasSubstr("dnvmed.toml:1: unknown section or key"));
}

TEST(Config, WrongTypeIsAnErrorWithItsLine) {
    EXPECT_EQ(error_of("[node]\nname = 7\n"),
              "dnvmed.toml:2: node.name must be a string that is not empty");
    EXPECT_EQ(error_of("[gate]\ndrain_ms = \"3000\"\n"),
              "dnvmed.toml:2: gate.drain_ms must be a number from 1 to 60000");
    EXPECT_THAT(error_of("[gate]\ndrain_ms = 1.5\n"), HasSubstr("must be a number"));
}

TEST(Config, ValueOutOfRangeIsAnErrorWithItsLine) {
    EXPECT_THAT(error_of("[gate]\ndrain_ms = 0\n"), HasSubstr("number from 1 to 60000"));
    EXPECT_THAT(error_of("[gate]\ndrain_ms = 60001\n"), HasSubstr("number from 1 to 60000"));
    EXPECT_THAT(error_of("[export]\nfirst_port_id = 16385\n"), HasSubstr("from 1 to 16384"));
    EXPECT_THAT(error_of("[store]\npath = \"\"\n"), HasSubstr("not empty"));
}

TEST(Config, BrokenTomlIsAnErrorWithItsLine) {
    EXPECT_THAT(error_of("[node]\nname = \n"), HasSubstr("dnvmed.toml:2: "));
}

TEST(Config, NodeNameIsThatOfTheHostUnlessGiven) {
    Config config;
    config.node = "n7";
    ASSERT_TRUE(resolve(config));
    EXPECT_EQ(config.node, "n7");
    config.node = "N 7";
    EXPECT_FALSE(resolve(config));
}

TEST(Config, SocketMustFitItsAddress) {
    Config config;
    config.node = "n1";
    config.socket = "/" + std::string(107, 'x');
    const auto resolved = resolve(config);
    ASSERT_FALSE(resolved);
    EXPECT_THAT(resolved.error().message(), HasSubstr("absolute path of at most 107 bytes"));
    config.socket = "relative.sock";
    EXPECT_FALSE(resolve(config));
}

TEST(Config, LogLevelMustExist) {
    Config config;
    config.node = "n1";
    config.log_level = "loud";
    const auto resolved = resolve(config);
    ASSERT_FALSE(resolved);
    EXPECT_THAT(resolved.error().message(), HasSubstr("one of debug, info, warning, error"));
}

TEST(Config, MissingFileMattersOnlyWhenItWasNamed) {
    EXPECT_TRUE(load_config("/nowhere/dnvmed.toml", false));
    const auto required = load_config("/nowhere/dnvmed.toml", true);
    ASSERT_FALSE(required);
    EXPECT_THAT(required.error().message(), HasSubstr("/nowhere/dnvmed.toml"));
}

TEST(Options, CommandLineGoesBeforeTheFile) {
    const std::string path = testing::TempDir() + "dnvmed-options.toml";
    std::ofstream(path) << "[node]\nname = \"file\"\n[log]\nlevel = \"error\"\n";
    Options options;
    options.config = path;
    options.node = "line";
    const auto config = effective_config(options);
    ASSERT_TRUE(config) << config.error().message();
    EXPECT_EQ(config->node, "line");
    EXPECT_EQ(config->log_level, "error");
}

TEST(Options, SimulationKeepsItsStoreInMemoryUnlessOneIsNamed) {
    Options options;
    options.config = "/dev/null";
    options.node = "n1";
    options.simulate = true;
    EXPECT_EQ(effective_config(options)->store.path, ":memory:");
    options.store = "/tmp/sim.db";
    EXPECT_EQ(effective_config(options)->store.path, "/tmp/sim.db");
}

TEST(Options, EveryFlagIsParsed) {
    std::vector<std::string> words = {
        "dnvmed", "--config", "c",           "--socket", "s",     "--store",       "st",
        "--node", "n",        "--log-level", "debug",    "--sim", "--check-config"};
    std::vector<char*> argv;
    argv.reserve(words.size());
    for (auto& word : words) {
        argv.push_back(word.data());
    }
    Options options;
    EXPECT_EQ(parse_options(static_cast<int>(argv.size()), argv.data(), options), std::nullopt);
    EXPECT_EQ(options.config, "c");
    EXPECT_EQ(options.socket, "s");
    EXPECT_EQ(options.store, "st");
    EXPECT_EQ(options.node, "n");
    EXPECT_EQ(options.log_level, "debug");
    EXPECT_TRUE(options.simulate);
    EXPECT_TRUE(options.check_config);
}

TEST(Options, UnknownFlagIsAUsageError) {
    std::string name = "dnvmed";
    std::string flag = "--frobnicate";
    char* argv[] = {name.data(), flag.data()};
    Options options;
    EXPECT_EQ(parse_options(2, argv, options), 1);
}

}  // namespace
}  // namespace dnvme::daemon
