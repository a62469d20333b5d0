// SPDX-License-Identifier: Apache-2.0
//
// How long it takes until nothing can reach a disk any more through some devices under load. Runs
// as root in a guest and nowhere else; bench-fence starts it.
//
//     dnvme_fence_bench gates|stock COUNT ROUNDS PROCESSES DISK
//
// Prints a line per round: nanoseconds, and bios in flight when the gates closed.
#include <filesystem>
#include <iostream>
#include <span>

#include "rounds.h"
#include "sys/number.h"

namespace dnvme::bench {
namespace {

struct Options {
    bool gates = false;
    std::size_t count = 0;
    std::size_t rounds = 0;
    std::size_t processes = 0;
    std::string disk;
};

Result<Options> parse(std::span<char*> words) {
    const auto number = [&](std::size_t i) {
        return sys::to_number<std::size_t>(words[i]).value_or(0);
    };
    if (words.size() != 6 || number(2) == 0 || number(3) == 0 || number(4) == 0)
        return fail(Code::invalid,
                    "usage: dnvme_fence_bench gates|stock COUNT ROUNDS PROCESSES DISK");
    return Options{std::string_view(words[1]) == "gates", number(2), number(3), number(4),
                   words[5]};
}

Result<Round> one_round(const Options& options, const Devices& devices, const Load& load,
                        std::size_t number) {
    // Each round fences under one epoch and opens under the next; the tables are of epoch 1.
    return options.gates ? fence_round(devices, load, 2 + 2 * number)
                         : error_round(devices, load, options.processes);
}

Status run(const Options& options) {
    const std::string leg = std::filesystem::canonical(options.disk).filename();
    const auto devices =
        Devices::make(options.gates ? "dnvme" : "linear", options.count, options.disk);
    if (!devices)
        return pass(devices.error());
    const auto load = Load::start(devices->paths(), leg);
    if (!load)
        return pass(load.error());
    for (std::size_t number = 0; number < options.rounds; ++number) {
        const Result<Round> round = one_round(options, *devices, *load, number);
        if (!round)
            return pass(round.error());
        std::cout << round->took.count() << ' ' << round->in_flight << '\n';
    }
    return load->alive() ? Status() : fail(Code::internal, "fio ended before the rounds did");
}

}  // namespace
}  // namespace dnvme::bench

int main(int argc, char** argv) {
    const auto options = dnvme::bench::parse({argv, static_cast<std::size_t>(argc)});
    const dnvme::Status done =
        options ? dnvme::bench::run(*options) : dnvme::Status(dnvme::pass(options.error()));
    if (!done)
        std::cerr << done.error().message() << '\n';
    return done ? 0 : 1;
}
