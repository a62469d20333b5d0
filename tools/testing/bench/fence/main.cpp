// SPDX-License-Identifier: Apache-2.0
//
// How long it takes until nothing can reach a disk any more through some devices under load. Runs
// as root in a guest and nowhere else; bench-fence starts it.
//
//     dnvme_fence_bench fence|replace DEVICES ROUNDS PROCESSES DISK
//
// fence: devices are gates, and fenced. replace: they are linear, and their tables are replaced, by
// one process and then, if it is not one, by so many. Prints a line per round: "fence NANOSECONDS
// IN-FLIGHT", "replace NANOSECONDS", and "share NANOSECONDS" for several processes.
#include <filesystem>
#include <iostream>
#include <span>

#include "rounds.h"
#include "sys/number.h"

namespace dnvme::bench {
namespace {

struct Options {
    std::string way;
    std::size_t devices = 0;
    std::size_t rounds = 0;
    std::size_t processes = 0;
    std::string disk;
};

Result<Options> parse(std::span<char*> words) {
    const auto number = [&](std::size_t i) {
        return sys::to_number<std::size_t>(words[i]).value_or(0);
    };
    if (words.size() != 6 || number(2) == 0 || number(3) == 0 || number(4) == 0) {
        return fail(Code::invalid,
                    "usage: dnvme_fence_bench fence|replace DEVICES ROUNDS PROCESSES DISK");
    }
    return Options{words[1], number(2), number(3), number(4), words[5]};
}

Status fences(const Devices& gates, const Load& load, std::size_t rounds) {
    // Each round fences under one epoch and opens under the next; the tables are of epoch 1.
    for (std::uint64_t epoch = 2; epoch < 2 + 2 * rounds; epoch += 2) {
        const Result<Round> round = fence_round(gates, load, epoch);
        if (!round) {
            return pass(round.error());
        }
        std::cout << "fence " << round->took.count() << ' ' << round->in_flight << std::endl;
    }
    return {};
}

Status replacements(const Devices& devices, const Load& load, std::size_t rounds,
                    std::size_t processes) {
    for (std::size_t number = 0; number < rounds; ++number) {
        const Result<Round> round = error_round(devices, load, processes);
        if (!round) {
            return pass(round.error());
        }
        std::cout << (processes == 1 ? "replace " : "share ") << round->took.count() << std::endl;
    }
    return {};
}

Status replacements(const Devices& devices, const Load& load, const Options& options) {
    Status done = replacements(devices, load, options.rounds, 1);
    if (done && options.processes > 1) {
        done = replacements(devices, load, options.rounds, options.processes);
    }
    return done;
}

Status run(const Options& options) {
    const bool fence = options.way == "fence";
    const std::string leg = std::filesystem::canonical(options.disk).filename();
    const auto devices = Devices::make(fence ? "dnvme" : "linear", options.devices, options.disk);
    if (!devices) {
        return pass(devices.error());
    }
    const auto load = Load::start(devices->paths(), leg);
    if (!load) {
        return pass(load.error());
    }
    return fence ? fences(*devices, *load, options.rounds) : replacements(*devices, *load, options);
}

}  // namespace
}  // namespace dnvme::bench

int main(int argc, char** argv) {
    const auto options = dnvme::bench::parse({argv, static_cast<std::size_t>(argc)});
    const dnvme::Status done =
        options ? dnvme::bench::run(*options) : dnvme::Status(dnvme::pass(options.error()));
    if (!done) {
        std::cerr << done.error().message() << std::endl;
    }
    return done ? 0 : 1;
}
