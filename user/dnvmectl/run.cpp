// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/run.h"

#include <fmt/format.h>

#include "dnvmectl/command_line.h"
#include "dnvmectl/exit_code.h"
#include "dnvmectl/usage.h"

namespace dnvme::ctl {

namespace {

Status run_verb(const CommandLine& line, const Streams& streams) {
    auto client = Client::connect(line.options);
    if (!client) {
        return tl::unexpected(client.error());
    }
    const auto formatter = make_formatter(line.options, streams);
    Session session{line.options, streams, *client, *formatter};
    Status done = line.run(session);
    if (done && !streams.out.flush()) {
        return fail(Code::internal, "it was done, but standard output cannot be written to");
    }
    return done;
}

}  // namespace

int run_command(int argc, const char* const* argv, const Streams& streams) {
    CLI::App app("Manages dnvme, a block store for NVMe.", "dnvmectl");
    CommandLine line;
    build(app, line);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& stop) {
        return report_parse_stop(app, stop, streams);
    }
    const Status done = run_verb(line, streams);
    if (!done) {
        streams.err << fmt::format("dnvmectl: {}: {}\n", line.command, done.error().message());
        return static_cast<int>(exit_code(done.error().code()));
    }
    return static_cast<int>(ExitCode::ok);
}

}  // namespace dnvme::ctl
