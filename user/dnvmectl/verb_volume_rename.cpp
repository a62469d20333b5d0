// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

Status rename(Session& session, const v1::RenameVolumeRequest& request) {
    return run_and_show(session, &Client::Stub::RenameVolume, request,
                        [&](const v1::Event& event) -> Status {
                            session.formatter.renamed(event.volume(), request.name());
                            return {};
                        });
}

}  // namespace

void add_volume_rename(CLI::App& volume, CommandLine& line) {
    const auto request = std::make_shared<v1::RenameVolumeRequest>();
    CLI::App* verb = add_verb(volume, line, "rename", "Give a volume another name",
                              [request](Session& session) { return rename(session, *request); });
    add_name(*verb, *request->mutable_name(), "Name of the volume");
    verb->add_option("NEW", *request->mutable_new_name(), "What it shall be called")
        ->type_name("")
        ->required();
    add_dry_run(*verb, *request);
}

}  // namespace dnvme::ctl
