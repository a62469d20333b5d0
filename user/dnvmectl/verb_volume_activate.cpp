// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

struct Arguments {
    std::string volume;
    std::uint32_t controller = 0;
    bool force = false;
    bool dry_run = false;
};

Status activate(Session& session, const Arguments& arguments) {
    v1::ActivateVolumeRequest request;
    request.set_volume(arguments.volume);
    request.set_controller(arguments.controller);
    request.set_force(arguments.force);
    request.set_dry_run(arguments.dry_run);
    return run_and_show(session, &Client::Stub::ActivateVolume, request,
                        [&](const v1::Event& event) -> Status {
                            session.formatter.activated(event.volume());
                            return {};
                        });
}

Result<std::uint32_t> parse_controller(const std::string& text) {
    const auto number = parse_number(text);
    if (!number) {
        return fail(Code::invalid,
                    fmt::format("'{}' is no controller: give its number, such as 1", text));
    }
    return *number;
}

}  // namespace

void add_volume_activate(CLI::App& volume, CommandLine& line) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App* verb =
        add_verb(volume, line, "activate", "Hand a volume to another of its controllers",
                 [arguments](Session& session) { return activate(session, *arguments); });
    add_name(*verb, arguments->volume, "Name of the volume");
    add_parsed(*verb, "--controller", arguments->controller,
               "The one that shall own it, counted from 0", parse_controller)
        ->type_name("N")
        ->required();
    verb->add_flag("--force", arguments->force,
                   "Do not wait for the owner's node, which is offline");
    add_dry_run(*verb, arguments->dry_run);
}

}  // namespace dnvme::ctl
