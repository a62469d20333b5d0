// SPDX-License-Identifier: Apache-2.0
#include "sys/executor.h"

#include <algorithm>
#include <iterator>
#include <variant>

#include <fmt/format.h>
#include <linux/dm-dnvme.h>
#include <unistd.h>

#include "model/names.h"
#include "plan/normalise.h"
#include "plan/references.h"
#include "sys/dm_refs.h"
#include "sys/dm_text.h"
#include "sys/modules.h"
#include "sys/peers.h"
#include "sys/raid_superblock.h"
#include "sys/zero.h"

namespace dnvme::sys {
namespace {

constexpr const char* kNvmetRoot = "/sys/kernel/config/nvmet";
constexpr char kFailedMember = 'D';
constexpr const char* kHeadRoot = "/sys/kernel/config/nvme_mpath_ext";

/// To the only leg of a gate.
std::string tell_leg(const char* verb) {
    return fmt::format("{} 0 {}", DNVME_MSG_LEG, verb);
}

plan::RaidHealth health_of(const RaidStatus& status) {
    return {.letters = status.health,
            .idle = status.sync_action == "idle",
            .synced_sectors = status.synced_sectors,
            .total_sectors = status.total_sectors};
}

Status not_mine() {
    return fail(Code::internal, "an action of the store is not for the kernel");
}

tl::unexpected<Error> found_twice(const std::string& disk_uuid, const std::string& path) {
    return fail(Code::precondition,
                fmt::format("disk {} is there twice, as {} and as another device: take the copy "
                            "away",
                            disk_uuid, path));
}

/// raid10: see set_sizes_on() in sys/raid_superblock.h.
bool is_of_pairs(const plan::DmDevice& device) {
    return device.table.size() == 1 && device.table[0].type == "raid" &&
           device.table[0].params.starts_with("raid10 ");
}

}  // namespace

/// What each action does, by one call of the door it is for.
struct LinuxKernel::Runner {
    LinuxKernel& kernel;

    Status operator()(const plan::LoadModule& a) const { return load_module(a.module); }
    Status operator()(const plan::CreateDm& a) const {
        const auto device = kernel.with_numbers(a.device);
        if (!device)
            return pass(device.error());
        if (Status told = kernel.tell_size(a.device); !told)
            return told;
        return kernel.dm_.create(*device);
    }
    Status operator()(const plan::ReloadDm& a) const {
        const auto device = kernel.with_numbers(a.device);
        if (!device)
            return pass(device.error());
        if (!is_of_pairs(a.device))
            return kernel.dm_.reload(*device);
        return kernel.dm_.reload_stopped(*device, [&] { return kernel.tell_size(a.device); });
    }
    Status operator()(const plan::Fence& a) const { return kernel.dm_.fence_one(a); }
    Status operator()(const plan::FailHeld& a) const {
        return kernel.dm_.message(a.uuid, DNVME_MSG_FAIL_HELD);
    }
    Status operator()(const plan::ResumeDm& a) const { return kernel.dm_.resume(a.uuid); }
    Status operator()(const plan::RemoveDm& a) const { return kernel.dm_.remove(a.uuid); }
    Status operator()(const plan::WipeDm& a) const {
        const auto device = kernel.dm_.info(a.uuid);
        return device ? zero_device(dm_path(device->name), a.offset_bytes, a.length_bytes)
                      : pass(device.error());
    }
    Status operator()(const plan::WipeRemote& a) const { return kernel.wipe_remote(a); }
    Status operator()(const plan::ResyncDirty& a) const {
        const auto device = kernel.dm_.info(a.rmeta_uuid);
        return device ? distrust_sync_on(dm_path(device->name)) : pass(device.error());
    }
    Status operator()(const plan::FailMember& a) const {
        return kernel.dm_.message(a.uuid, tell_leg(DNVME_MSG_LEG_FAIL));
    }
    Status operator()(const plan::ReleaseMember& a) const {
        return kernel.dm_.message(a.uuid, tell_leg(DNVME_MSG_RELEASE));
    }
    Status operator()(const plan::CheckRaid& a) const { return kernel.check_raid(a.uuid); }
    Status operator()(const plan::CreateThin& a) const {
        return kernel.dm_.create_thin(a.pool_uuid, a.thin_id);
    }
    Status operator()(const plan::CreateNvmetHost& a) const {
        return kernel.nvmet_.create_host(a.nqn);
    }
    Status operator()(const plan::RemoveNvmetHost& a) const {
        return kernel.nvmet_.remove_host(a.nqn);
    }
    Status operator()(const plan::CreateSubsystem& a) const {
        return kernel.nvmet_.create_subsystem(a.nqn, a.serial, a.ids);
    }
    Status operator()(const plan::RemoveSubsystem& a) const {
        return kernel.nvmet_.remove_subsystem(a.nqn);
    }
    Status operator()(const plan::CreateNamespace& a) const {
        return kernel.nvmet_.create_namespace(a.nqn, a.nsid, a.ns);
    }
    Status operator()(const plan::AnnounceSize& a) const { return kernel.nvmet_.announce_size(a); }
    Status operator()(const plan::RemoveNamespace& a) const {
        return kernel.nvmet_.remove_namespace(a.nqn, a.nsid);
    }
    Status operator()(const plan::AllowHost& a) const {
        return kernel.nvmet_.allow_host(a.nqn, a.host_nqn);
    }
    Status operator()(const plan::DisallowHost& a) const {
        return kernel.nvmet_.disallow_host(a.nqn, a.host_nqn);
    }
    Status operator()(const plan::CreatePort& a) const { return kernel.nvmet_.create_port(a.port); }
    Status operator()(const plan::RemovePort& a) const { return kernel.nvmet_.remove_port(a.id); }
    Status operator()(const plan::SetAccess& a) const {
        return kernel.nvmet_.set_access(a.port, a.inaccessible);
    }
    Status operator()(const plan::LinkSubsystem& a) const {
        return kernel.nvmet_.link(a.port, a.nqn);
    }
    Status operator()(const plan::UnlinkSubsystem& a) const {
        return kernel.nvmet_.unlink(a.port, a.nqn);
    }
    Status operator()(const plan::Connect& a) const {
        return kernel.initiator_.connect(a.connection);
    }
    Status operator()(const plan::Disconnect& a) const { return kernel.initiator_.disconnect(a); }
    Status operator()(const plan::CreateHead& a) const { return kernel.heads_.create(a); }
    Status operator()(const plan::SetHead& a) const { return kernel.heads_.set(a); }
    Status operator()(const plan::EnableHead& a) const { return kernel.heads_.enable(a); }
    Status operator()(const plan::DisableHead& a) const { return kernel.heads_.disable(a); }
    Status operator()(const plan::RemoveHead& a) const { return kernel.heads_.remove(a); }
    Status operator()(const plan::CreatePath& a) const { return kernel.heads_.create_path(a); }
    Status operator()(const plan::SetPriority& a) const { return kernel.heads_.set_priority(a); }
    Status operator()(const plan::EnablePath& a) const { return kernel.heads_.enable_path(a); }
    Status operator()(const plan::DisablePath& a) const { return kernel.heads_.disable_path(a); }
    Status operator()(const plan::RemovePath& a) const { return kernel.heads_.remove_path(a); }
    Status operator()(const plan::ForgetHead&) const { return not_mine(); }
    Status operator()(const plan::MarkFormatted&) const { return not_mine(); }
    Status operator()(const plan::RecordMember&) const { return not_mine(); }
    Status operator()(const plan::RecordReceipt&) const { return not_mine(); }
    Status operator()(const plan::RecordLetGo&) const { return not_mine(); }
    Status operator()(const plan::RecordServed&) const { return not_mine(); }
    Status operator()(const plan::ForgetVolume&) const { return not_mine(); }
    Status operator()(const plan::ForgetHost&) const { return not_mine(); }
};

LinuxKernel::LinuxKernel()
    : nvmet_(config_fs_, kNvmetRoot),
      heads_(config_fs_, kHeadRoot, "/sys"),
      initiator_(config_fs_, "/sys") {}

Status LinuxKernel::wipe_remote(const plan::WipeRemote& a) {
    const auto paths = initiator_.devices();
    if (!paths)
        return pass(paths.error());
    const auto path = paths->find(a.logical_disk);
    if (path == paths->end())
        return fail(Code::not_found, "its device is not there");
    return zero_device(path->second, a.offset_bytes, a.length_bytes);
}

/// To the superblocks of an array of pairs.
Status LinuxKernel::tell_size(const plan::DmDevice& device) {
    if (!is_of_pairs(device))
        return {};
    const plan::DmTarget& target = device.table[0];
    const auto parts = references_in(target.params);  // metadata and data of each member in turn
    const std::uint64_t members = parts.size() / 2;
    const RaidSizes sizes{.array = target.length_sectors,
                          .member = target.length_sectors * 2 / members};
    const auto ours = dm_.list();
    if (!ours)
        return pass(ours.error());
    for (const DmInfo& info : *ours) {
        const std::string reference = plan::dm_reference(info.uuid);
        const bool is_metadata = model::parse_dm_uuid(info.uuid)->kind == model::DmKind::rmeta;
        if (!is_metadata || std::find(parts.begin(), parts.end(), reference) == parts.end())
            continue;
        if (Status told = set_sizes_on(dm_path(info.name), sizes); !told)
            return told;
    }
    return {};
}

Result<DeviceMap> LinuxKernel::map_devices(const std::vector<DmInfo>& dm) const {
    const auto remote = initiator_.devices();
    if (!remote)
        return pass(remote.error());
    DeviceMap devices;
    for (const auto& [uuid, path] : *remote) {
        if (const auto number = device_number(path))
            devices.add(plan::nvme_reference(uuid), *number);
    }
    for (const DmInfo& info : dm)
        devices.add(plan::dm_reference(info.uuid), info.number);
    for (const auto& [uuid, path] : disk_paths_) {
        if (const auto number = device_number(path))
            devices.add(plan::disk_reference(uuid), *number);
    }
    return devices;
}

Result<std::string> LinuxKernel::known_path(const std::string& disk_uuid) const {
    const auto [first, last] = disk_paths_.equal_range(disk_uuid);
    if (first == last)
        return fail(Code::not_found, fmt::format("disk {} is not on this node", disk_uuid));
    if (std::next(first) != last)
        return found_twice(disk_uuid, first->second);
    return first->second;
}

Result<std::string> LinuxKernel::path_of_disk(const std::string& disk_uuid) {
    const auto path = known_path(disk_uuid);
    if (path) {
        const auto label = read_label(*path);
        if (label && *label && (*label)->disk_uuid == disk_uuid)
            return path;
    }
    const auto labelled = disks_.labelled();
    if (!labelled)
        return pass(labelled.error());
    remember(*labelled);
    return known_path(disk_uuid);
}

void LinuxKernel::remember(const std::vector<BlockDevice>& labelled) {
    disk_paths_.clear();
    for (const BlockDevice& disk : labelled)
        disk_paths_.emplace(disk.label_uuid, disk.path);
}

Status LinuxKernel::check_disks(const plan::DmDevice& device) {
    for (const plan::DmTarget& target : device.table) {
        for (const std::string& uuid : disks_in(target.params)) {
            if (const auto path = path_of_disk(uuid); !path)
                return pass(path.error());
        }
    }
    return {};
}

Result<plan::DmDevice> LinuxKernel::with_numbers(const plan::DmDevice& device) {
    if (Status there = check_disks(device); !there)
        return pass(there.error());
    const auto ours = dm_.list();
    if (!ours)
        return pass(ours.error());
    const auto devices = map_devices(*ours);
    if (!devices)
        return pass(devices.error());
    plan::DmDevice translated = device;
    for (plan::DmTarget& target : translated.table) {
        auto params = to_numbers(target.params, *devices);
        if (!params)
            return pass(params.error());
        target.params = *std::move(params);
    }
    return translated;
}

Status LinuxKernel::read_status(plan::DmDevice& device) {
    const bool raid = model::is_kind(device.uuid, {model::DmKind::raid});
    const bool gate = model::is_kind(
        device.uuid, {model::DmKind::rmeta, model::DmKind::rdata, model::DmKind::leg});
    if (!raid && !gate)
        return {};
    const auto targets = dm_.status(device.uuid);
    if (!targets || targets->empty())  // gone since it was listed, or not built yet
        return {};
    const plan::DmTarget& target = targets->front();
    if (raid) {
        const auto status = parse_raid_status(target.params);
        if (!status)
            return pass(status.error(), device.name);
        device.raid = health_of(*status);
    } else if (target.type == DNVME_TARGET_NAME) {
        const auto status = parse_dnvme_status(target.params);
        if (!status)
            return pass(status.error(), device.name);
        device.leg = status->legs.size() == 1 ? status->legs[0].state : '\0';
    }
    return {};
}

// A daemon that died between load and resume left a device with an inactive table only. That table
// holds the devices below it: it counts as the device's table, which waits to be resumed.
Result<plan::DmDevice> LinuxKernel::read_device(const DmInfo& info, const DeviceMap& devices) {
    auto table = dm_.table(info.uuid);
    const bool live = !table || !table->empty();
    if (!live)
        table = dm_.inactive_table(info.uuid);
    if (!table)
        return pass(table.error());
    const bool waits = !live && !table->empty();
    for (plan::DmTarget& target : *table)
        target.params = plan::normalise_params(target.type, to_references(target.params, devices));
    return plan::DmDevice{.uuid = info.uuid,
                          .name = info.name,
                          .table = *std::move(table),
                          .suspended = info.suspended || waits,
                          .opens = info.opens};
}

Status LinuxKernel::probe_dm(plan::KernelState& state) {
    const auto ours = dm_.list();
    if (!ours)
        return pass(ours.error());
    const auto devices = map_devices(*ours);
    if (!devices)
        return pass(devices.error());
    for (const DmInfo& info : *ours) {
        auto device = read_device(info, *devices);
        if (!device && device.error().code() == Code::not_found)
            continue;  // gone since it was listed
        if (!device)
            return pass(device.error());
        if (Status read = read_status(*device); !read)
            return read;
        state.dm[info.uuid] = *std::move(device);
    }
    return {};
}

Status LinuxKernel::probe_nvmet(plan::KernelState& state) {
    auto nvmet = nvmet_.probe();
    if (!nvmet)
        return pass(nvmet.error());
    state.subsystems = std::move(nvmet->subsystems);
    state.ports = std::move(nvmet->ports);
    state.hosts = std::move(nvmet->hosts);
    return {};
}

/// Without the module the kernel would look for it each time it is asked.
void LinuxKernel::probe_peers(plan::KernelState& state) {
    if (!state.modules.contains(model::witness_module))
        return;
    std::set<std::uint16_t> services;
    for (const auto& [id, port] : state.ports)
        services.insert(port.service);
    if (auto peers = connected_peers(services))
        state.peers = *std::move(peers);
}

Result<plan::KernelState> LinuxKernel::probe(const std::vector<BlockDevice>& labelled) {
    remember(labelled);
    plan::KernelState state;
    if (Status read = probe_dm(state); !read)
        return pass(read.error());
    if (Status read = probe_nvmet(state); !read)
        return pass(read.error());
    auto heads = heads_.probe();
    if (!heads)
        return pass(heads.error());
    state.heads = *std::move(heads);
    auto connections = initiator_.probe();
    if (!connections)
        return pass(connections.error());
    state.connections = *std::move(connections);
    auto modules = loaded_modules();
    if (!modules)
        return pass(modules.error());
    state.modules = *std::move(modules);
    probe_peers(state);
    return state;
}

Status LinuxKernel::check_raid(const std::string& uuid) {
    const auto device = dm_.info(uuid);
    if (!device)
        return pass(device.error());
    plan::DmDevice array{.uuid = uuid, .name = device->name, .table = {}};
    if (Status read = read_status(array); !read)
        return read;
    if (array.raid && array.raid->letters.find(kFailedMember) != std::string::npos)
        return fail(Code::conflict,
                    fmt::format("of its members dm-raid has failed some: {}", array.raid->letters));
    return {};
}

Status LinuxKernel::run(const plan::Action& action) {
    if (Status done = std::visit(Runner{*this}, action); !done)
        return pass(done.error(), plan::describe(action));
    return {};
}

Result<std::unique_ptr<Kernel>> open_kernel() {
    if (::geteuid() != 0)
        return fail(Code::precondition, "only root can change the kernel: start dnvmed as root");
    // Where these are built in there is nothing to load; where they are missing the checks below
    // say what that means.
    (void)load_module("dm-mod");
    (void)load_module("configfs");
    if (Status mounted = mount_configfs(); !mounted)
        return pass(mounted.error());
    auto kernel = std::make_unique<LinuxKernel>();
    if (Status usable = kernel->check(); !usable)
        return pass(usable.error());
    return kernel;
}

}  // namespace dnvme::sys
