// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

struct Arguments {
    v1::CreatePathRequest request;
    std::uint32_t nsid = 1;
};

Status create(Session& session, Arguments& arguments) {
    v1::CreatePathRequest& request = arguments.request;
    v1::Path& path = *request.mutable_path();
    if (!path.subsystem_nqn().empty()) {
        path.set_nsid(arguments.nsid);
    }
    return run_head_change(session, &Client::Stub::CreatePath, request,
                           fmt::format("path {} of head {} created", path.name(), request.head()));
}

}  // namespace

void add_path_create(CLI::App& path, CommandLine& line) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App* verb =
        add_verb(path, line, "create", "Give a head another path",
                 [arguments](Session& session) { return create(session, *arguments); });
    v1::CreatePathRequest& request = arguments->request;
    v1::Path& record = *request.mutable_path();
    add_head_and_path(*verb, *request.mutable_head(), *record.mutable_name());
    verb->add_option("--device", *record.mutable_device(),
                     "Its device, such as /dev/disk/by-id/...")
        ->type_name("PATH");
    verb->add_option("--subsystem", *record.mutable_subsystem_nqn(),
                     "Or the NVMe subsystem that it is in, whatever its device is called")
        ->type_name("NQN");
    add_number(
        *verb, "--nsid", [&nsid = arguments->nsid](std::uint32_t number) { nsid = number; },
        "Its number in the subsystem (1)");
    add_priority(*verb, [&record](std::uint32_t priority) { record.set_priority(priority); });
    add_dry_run(*verb, request);
}

}  // namespace dnvme::ctl
