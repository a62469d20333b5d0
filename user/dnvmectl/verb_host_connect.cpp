// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/arguments.h"
#include "dnvmectl/host_connect.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

using Run = Status (*)(Session&, Initiator&, const ConnectArguments&);

void add(CLI::App& host, CommandLine& line, const char* name, const char* description, Run run) {
    const auto arguments = std::make_shared<ConnectArguments>();
    CLI::App* verb = add_verb(host, line, name, description, [arguments, run](Session& session) {
        return run(session, *open_initiator(), *arguments);
    });
    CLI::Option* volumes =
        verb->add_option("VOLUME", arguments->volumes, "Names of volumes")->type_name("");
    CLI::Option* all =
        verb->add_flag("--all", arguments->all, "All volumes that are attached to this host");
    all->excludes(volumes);
    verb->parse_complete_callback([volumes, all] {
        if (volumes->count() + all->count() == 0) {
            throw CLI::ValidationError("name volumes, or give --all");
        }
    });
    add_dry_run(*verb, arguments->dry_run);
}

}  // namespace

void add_host_connect(CLI::App& host, CommandLine& line) {
    add(host, line, "connect", "Connect this machine to volumes", connect_host);
    add(host, line, "disconnect", "Disconnect this machine from volumes", disconnect_host);
}

}  // namespace dnvme::ctl
