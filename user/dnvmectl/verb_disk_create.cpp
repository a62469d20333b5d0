// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

Status create(Session& session, const v1::CreateDiskRequest& request) {
    return run_create(session, &Client::Stub::CreateDisk, request, &v1::Event::disk);
}

struct Arguments {
    std::string path;
    std::string name;
    std::string node;
    std::map<std::string, std::string> labels;
    bool force = false;
    bool dry_run = false;
};

v1::CreateDiskRequest make_request(const Arguments& arguments) {
    v1::CreateDiskRequest request;
    request.set_path(arguments.path);
    request.set_name(arguments.name);
    request.set_node(arguments.node);
    request.mutable_labels()->insert(arguments.labels.begin(), arguments.labels.end());
    request.set_force(arguments.force);
    request.set_dry_run(arguments.dry_run);
    return request;
}

}  // namespace

void add_disk_create(CLI::App& disk, CommandLine& line) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App* verb = add_verb(
        disk, line, "create", "Give a disk to dnvme; what is on it is lost",
        [arguments](Session& session) { return create(session, make_request(*arguments)); });
    verb->alias("add");
    verb->add_option("PATH", arguments->path, "Block device, best named by /dev/disk/by-id")
        ->type_name("")
        ->required();
    verb->add_option("--name", arguments->name, "Name (usual: the last part of PATH)")
        ->type_name("NAME");
    verb->add_option("--node", arguments->node, "Node with the disk (usual: this one)")
        ->type_name("NODE");
    add_labels(*verb, arguments->labels);
    verb->add_flag("--force", arguments->force,
                   "Take it although a file system or the like is on it");
    add_dry_run(*verb, arguments->dry_run);
}

}  // namespace dnvme::ctl
