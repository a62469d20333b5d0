// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/version.h"
#include "torture/history_file.h"
#include "torture/load.h"
#include "torture/report.h"
#include "torture/verify.h"

namespace dnvme::torture {
namespace {

enum Exit { ok = 0, usage = 1, failed = 2, violated = 3 };

constexpr auto footer = R"(
Exit codes:
  0  ran, or nothing wrong was found
  1  usage
  2  failed to run
  3  violations were found)";

struct CheckOptions {
    std::string device;
    std::vector<std::string> histories;
    std::string output = "text";
    std::size_t keep = 20;
    std::optional<std::int64_t> clock_error_ms;
    bool quiet = false;
};

void add_run(CLI::App& app, LoadOptions& options) {
    CLI::App& run = *app.add_subcommand("run", "Write and read DEVICE; overwrites its blocks");
    run.add_option("DEVICE", options.device, "Block device or file")->required();
    run.add_option("--history", options.history, "File to create")->required();
    run.add_option("--standby", options.standby,
                   "Another path to the same blocks; on SIGUSR1 all I/O is sent there, again what "
                   "has no answer");
    run.add_option("--first-block", options.first_block, "First block of 4 KiB")
        ->capture_default_str();
    run.add_option("--blocks", options.blocks, "How many blocks")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    run.add_option("--writers", options.writers, "Writers")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    run.add_option("--readers", options.readers, "Readers")
        ->check(CLI::Range(0, 256))
        ->capture_default_str();
    run.add_option("--depth", options.depth, "I/Os under way for each of them")
        ->check(CLI::Range(1, 32))
        ->capture_default_str();
    run.add_option("--flush", options.flush_percent, "Percent of a writer's I/O that are flushes")
        ->check(CLI::Range(0, 99))
        ->capture_default_str();
    run.add_option("--fua", options.fua_percent, "Percent of writes with FUA")
        ->check(CLI::Range(0, 100))
        ->capture_default_str();
    run.add_option("--hot", options.hot_percent, "Percent of I/O to an eighth of the blocks")
        ->check(CLI::Range(0, 100))
        ->capture_default_str();
    run.add_option("--seed", options.seed, "Seed of what is random")->capture_default_str();
    run.add_option("--seconds", options.seconds, "Stop after so long");
    run.add_option("--operations", options.operations,
                   "Stop after so many; with --standby counted from the switch");
    run.add_flag("!--no-fill", options.fill, "Do not write every block once before reading");
    run.add_flag("-q,--quiet", options.quiet, "No progress");
}

void add_check_options(CLI::App& command, CheckOptions& options) {
    command.add_option("HISTORY", options.histories, "Histories of all runs")->required();
    command.add_option("-o,--output", options.output, "text or json")
        ->check(CLI::IsMember(std::set<std::string>{"text", "json"}))
        ->capture_default_str();
    command.add_option("--show", options.keep, "Show so many violations")->capture_default_str();
    command.add_option("--clock-error-ms", options.clock_error_ms,
                       "How far the clocks of several hosts may differ; without it nothing is "
                       "said about the order of I/O of several hosts to one block");
    command.add_flag("-q,--quiet", options.quiet, "No progress");
}

int complain(const Error& error) {
    fmt::print(stderr, "dnvme-torture: {}\n", error.message());
    return error.code() == Code::invalid ? usage : failed;
}

int run(const LoadOptions& options) {
    const auto counts = run_load(options);
    if (!counts) {
        return complain(counts.error());
    }
    fmt::print("{} writes, {} reads, {} flushes, {} failed, {} sent again\n", counts->writes,
               counts->reads, counts->flushes, counts->failed, counts->repeated);
    return ok;
}

Result<Verdict> judge(const CheckOptions& options) {
    std::vector<History> histories;
    for (const std::string& path : options.histories) {
        auto history = read_history(path);
        if (!history) {
            return pass(Error(Code::internal, history.error().message()));
        }
        histories.push_back(std::move(*history));
    }
    std::optional<std::int64_t> clock_error;
    if (options.clock_error_ms) {
        clock_error = *options.clock_error_ms * 1'000'000;
    }
    auto operations = merge(histories, clock_error);
    if (!operations) {
        return pass(operations.error());
    }
    if (!options.device.empty()) {
        const auto reads = read_now(options.device, histories, options.quiet);
        if (!reads) {
            return pass(reads.error());
        }
        operations->insert(operations->end(), reads->begin(), reads->end());
    }
    return check(*operations, options.keep);
}

int check_and_report(const CheckOptions& options) {
    const auto verdict = judge(options);
    if (!verdict) {
        complain(verdict.error());
        return failed;
    }
    std::cout << (options.output == "json" ? as_json(*verdict) : as_text(*verdict));
    return verdict->count > 0 ? violated : ok;
}

int run_command(int argc, char** argv) {
    CLI::App app("Writes unique stamps, and checks that every block behaves as one register.",
                 "dnvme-torture");
    app.set_version_flag("--version", fmt::format("dnvme-torture {}", version()));
    app.footer(footer);
    app.require_subcommand(1);
    LoadOptions load;
    CheckOptions options;
    add_run(app, load);
    add_check_options(*app.add_subcommand("check", "Check histories"), options);
    CLI::App& verify =
        *app.add_subcommand("verify", "Check histories and what DEVICE holds after them");
    verify.add_option("DEVICE", options.device, "Block device or file")->required();
    add_check_options(verify, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& stop) {
        return app.exit(stop) == 0 ? ok : usage;
    }
    return app.got_subcommand("run") ? run(load) : check_and_report(options);
}

}  // namespace
}  // namespace dnvme::torture

int main(int argc, char** argv) {
    return dnvme::torture::run_command(argc, argv);
}
