// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/uuid.h"
#include "model/layout.h"
#include "operations/disk_checks.h"
#include "operations/intent.h"
#include "operations/labels.h"
#include "view.h"

namespace dnvme::daemon {

namespace {

Status check_node(const Context& context, const std::string& node) {
    if (!context.cluster.nodes.contains(node)) {
        return fail(Code::not_found,
                    fmt::format("node '{}' does not exist: create it first, with the address where "
                                "hosts reach it",
                                node));
    }
    if (node != context.node) {
        return fail(Code::precondition,
                    fmt::format("node '{}' is run by another daemon: ask that one", node));
    }
    return {};
}

v1::Disk make_disk(const std::string& name, const std::string& node, const std::string& path,
                   const sys::BlockDevice& device) {
    v1::Disk disk;
    disk.set_name(name);
    disk.set_node(node);
    disk.set_path(path);
    disk.set_size_bytes(device.size_bytes / model::kSector * model::kSector);
    disk.set_data_offset_bytes(model::kDiskDataOffset);
    return disk;
}

Errand write_label(const Context& context, const std::string& path, const std::string& uuid) {
    return {
        .sentence = fmt::format("write label {} to {}", uuid, path),
        .run = [&disks = context.disks, path, uuid,
                cluster =
                    context.cluster.self.uuid()] { return disks.write_label(path, uuid, cluster); },
        .undo = [&disks = context.disks, path, uuid] { return disks.clear_label(path, uuid); },
    };
}

Errand clear_label(const Context& context, const std::string& path, const std::string& uuid) {
    return {
        .sentence = fmt::format("clear label {} from {}", uuid, path),
        .run = [&disks = context.disks, path, uuid] { return disks.clear_label(path, uuid); },
        .undo = {},
    };
}

/// Labels the device, or takes over the label that it has.
void identify(const Context& context, const sys::BlockDevice& device, v1::Disk& disk,
              Intent& intent) {
    if (has_orphan_label(context.cluster, device)) {
        disk.set_uuid(device.label_uuid);
        return;
    }
    disk.set_uuid(make_uuid());
    intent.errands.push_back(write_label(context, device.path, disk.uuid()));
}

std::vector<std::string> volumes_on(const model::Cluster& cluster, const v1::Disk& disk) {
    std::vector<std::string> names;
    for (const auto& [name, volume] : cluster.volumes) {
        bool uses = false;
        for (const auto& leg : volume.legs()) {
            for (const auto& member : leg.members()) {
                uses = uses || member.disk_uuid() == disk.uuid();
            }
        }
        if (uses) {
            names.push_back(name);
        }
    }
    return names;
}

/// A disk that is not there is forgotten without its label: should it come back, create takes it.
Status add_clear_label(const Context& context, const v1::Disk& disk, Intent& intent) {
    const auto labelled = context.disks.labelled();
    if (!labelled) {
        return pass(labelled.error());
    }
    const FoundDisks found = sort_found(*labelled, context.cluster.self);
    if (const auto twice = found.ambiguous.find(disk.uuid()); twice != found.ambiguous.end()) {
        return fail(Code::precondition,
                    fmt::format("the label of disk '{}' is on {}: remove the copy first",
                                disk.name(), twice->second));
    }
    if (const std::string path = found.path_of(disk.uuid()); !path.empty()) {
        intent.errands.push_back(clear_label(context, path, disk.uuid()));
    }
    return {};
}

}  // namespace

Result<Intent> create_disk(const Context& context, const v1::CreateDiskRequest& request) {
    const std::string name =
        request.name().empty() ? name_from_path(request.path()) : request.name();
    const std::string node = request.node().empty() ? context.node : request.node();
    if (auto known = check_node(context, node); !known) {
        return pass(known.error());
    }
    if (auto named = check_new_name(context.cluster.disks, "disk", name); !named) {
        return pass(named.error());
    }
    if (auto labels = check_labels(request.labels()); !labels) {
        return pass(labels.error());
    }
    const auto device = context.disks.inspect(request.path());
    if (!device) {
        return pass(device.error());
    }
    if (auto usable = check_device(context.cluster, *device, request.force()); !usable) {
        return pass(usable.error());
    }
    Intent intent;
    v1::Disk disk = make_disk(name, node, request.path(), *device);
    *disk.mutable_labels() = request.labels();
    identify(context, *device, disk, intent);
    intent.what = fmt::format("create disk '{}'", name);
    intent.edits = {disk};
    intent.finish = [name](const Observation& seen) {
        v1::Event event;
        *event.mutable_disk() = view_disk(seen, seen.cluster.disks.at(name));
        return std::optional(event);
    };
    return intent;
}

Result<Intent> delete_disk(const Context& context, const v1::DeleteRequest& request) {
    const auto disk = find(context.cluster.disks, "disk", request.name());
    if (!disk) {
        return pass(disk.error());
    }
    if (const auto volumes = volumes_on(context.cluster, *disk); !volumes.empty()) {
        return fail(Code::precondition,
                    fmt::format("disk '{}' holds parts of volumes: delete them first: {}",
                                disk->name(), fmt::join(volumes, ", ")));
    }
    if (context.statuses.online.contains(disk->node())) {
        if (auto ours = check_node(context, disk->node()); !ours) {
            return pass(ours.error());
        }
    }
    Intent intent;
    intent.what = fmt::format("delete disk '{}'", disk->name());
    intent.edits = {Erase<v1::Disk>{*disk}};
    if (auto added = add_clear_label(context, *disk, intent); !added) {
        return pass(added.error());
    }
    return intent;
}

}  // namespace dnvme::daemon
