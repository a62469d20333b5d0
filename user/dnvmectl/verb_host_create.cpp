// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

struct Arguments {
    std::string name;
    std::string nqn;
    bool dry_run = false;
};

Status create(Session& session, const Arguments& arguments) {
    v1::CreateHostRequest request;
    request.set_name(arguments.name);
    request.set_nqn(arguments.nqn);
    request.set_dry_run(arguments.dry_run);
    return run_create(session, &Client::Stub::CreateHost, request, &v1::Event::host);
}

}  // namespace

void add_host_create(CLI::App& host, CommandLine& line) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App* verb =
        add_verb(host, line, "create", "Make a host known",
                 [arguments](Session& session) { return create(session, *arguments); });
    add_name(*verb, arguments->name, "Name of the host");
    verb->add_option("--nqn", arguments->nqn, "The host's NQN, as in its /etc/nvme/hostnqn")
        ->type_name("NQN")
        ->required();
    add_dry_run(*verb, arguments->dry_run);
}

}  // namespace dnvme::ctl
