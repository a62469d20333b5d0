// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

Status replace(Session& session, const v1::ReplaceDiskRequest& request) {
    return run_and_show(session, &Client::Stub::ReplaceDisk, request,
                        [&](const v1::Event& event) -> Status {
                            session.formatter.replaced(event.disk(), request.name());
                            return {};
                        });
}

}  // namespace

void add_disk_replace(CLI::App& disk, CommandLine& line) {
    const auto request = std::make_shared<v1::ReplaceDiskRequest>();
    CLI::App* verb = add_verb(disk, line, "replace", "Rebuild what is on a disk on another one",
                              [request](Session& session) { return replace(session, *request); });
    add_name(*verb, *request->mutable_name(), "Name of the disk, which may be broken or gone");
    verb->add_option("WITH", *request->mutable_with(), "Name of the disk that takes its place")
        ->type_name("")
        ->required();
    add_dry_run(*verb, *request);
}

}  // namespace dnvme::ctl
