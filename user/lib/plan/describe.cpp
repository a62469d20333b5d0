// SPDX-License-Identifier: Apache-2.0
// The one sentence that --dry-run, progress and the log have for each action.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/size.h"
#include "model/names.h"
#include "plan/action.h"

namespace dnvme::plan {
namespace {

std::string line(const DmTarget& target) {
    return fmt::format("{} {} {} {}", target.start_sectors, target.length_sectors, target.type,
                       target.params);
}

std::string table(const DmDevice& device) {
    std::vector<std::string> lines;
    for (const DmTarget& target : device.table)
        lines.push_back(line(target));
    return fmt::format("{}", fmt::join(lines, "; "));
}

/// What the device is called under /dev/mapper.
std::string name_of(const std::string& dm_uuid) {
    const auto identity = model::parse_dm_uuid(dm_uuid);
    return identity ? model::dm_name(identity->kind, identity->uuid) : dm_uuid;
}

/// Of a port that listens or of a connection.
template <class A>
std::string endpoint(const A& a) {
    const bool v6 = a.address.find(':') != std::string::npos;
    return fmt::format("{}{}{}:{}", v6 ? "[" : "", a.address, v6 ? "]" : "", a.service);
}

std::string sentence(const LoadModule& a) {
    return fmt::format("load module {}", a.module);
}

std::string sentence(const CreateDm& a) {
    return fmt::format("create dm device {}: {}", a.device.name, table(a.device));
}

std::string sentence(const ReloadDm& a) {
    return fmt::format("reload dm device {}: {}", a.device.name, table(a.device));
}

std::string sentence(const Fence& a) {
    return fmt::format("fence dm device {} under epoch {} and wait up to {} ms until it is drained",
                       name_of(a.uuid), a.epoch, a.drain_ms);
}

std::string sentence(const FailHeld& a) {
    return fmt::format("fail what dm device {} holds", name_of(a.uuid));
}

std::string sentence(const ResumeDm& a) {
    return fmt::format("resume dm device {}", name_of(a.uuid));
}

std::string sentence(const RemoveDm& a) {
    return fmt::format("remove dm device {}", a.name);
}

std::string sentence(const WipeDm& a) {
    return fmt::format("wipe dm device {}: {} from byte {}", name_of(a.uuid),
                       format_size(a.length_bytes), a.offset_bytes);
}

std::string sentence(const WipeRemote& a) {
    return fmt::format("wipe logical disk {} of another node: {} from byte {}", a.logical_disk,
                       format_size(a.length_bytes), a.offset_bytes);
}

std::string sentence(const ResyncDirty& a) {
    return fmt::format("have dirty regions of dm device {} resynced", name_of(a.rmeta_uuid));
}

std::string sentence(const FailMember& a) {
    const bool leg = model::is_kind(a.uuid, {model::DmKind::leg});
    return fmt::format("fail what {} gate {} gets", leg ? "leg" : "member", name_of(a.uuid));
}

std::string sentence(const ReleaseMember& a) {
    return fmt::format("send what member gate {} holds once more", name_of(a.uuid));
}

std::string sentence(const CheckRaid& a) {
    return fmt::format("check that dm device {} has failed no member", name_of(a.uuid));
}

std::string sentence(const CreateThin& a) {
    return fmt::format("create thin volume {} in dm device {}", a.thin_id, name_of(a.pool_uuid));
}

std::string sentence(const CreateNvmetHost& a) {
    return fmt::format("create nvmet host {}", a.nqn);
}

std::string sentence(const RemoveNvmetHost& a) {
    return fmt::format("remove nvmet host {}", a.nqn);
}

std::string sentence(const CreateSubsystem& a) {
    const bool all = a.ids == model::ControllerIds{};
    return fmt::format("create nvmet subsystem {} with serial number {}{}", a.nqn, a.serial,
                       all ? "" : fmt::format(", connections {} to {}", a.ids.first, a.ids.last));
}

std::string sentence(const RemoveSubsystem& a) {
    return fmt::format("remove nvmet subsystem {}", a.nqn);
}

std::string sentence(const CreateNamespace& a) {
    return fmt::format("create namespace {} of nvmet subsystem {} on dm device {} with uuid {}",
                       a.nsid, a.nqn, name_of(a.ns.device_uuid), a.ns.uuid);
}

std::string sentence(const AnnounceSize& a) {
    return fmt::format("announce that namespace {} of nvmet subsystem {} has {}", a.nsid, a.nqn,
                       format_size(a.size_bytes));
}

std::string sentence(const RemoveNamespace& a) {
    return fmt::format("remove namespace {} of nvmet subsystem {}", a.nsid, a.nqn);
}

std::string sentence(const AllowHost& a) {
    return fmt::format("allow host {} on nvmet subsystem {}", a.host_nqn, a.nqn);
}

std::string sentence(const DisallowHost& a) {
    return fmt::format("disallow host {} on nvmet subsystem {}", a.host_nqn, a.nqn);
}

std::string sentence(const CreatePort& a) {
    return fmt::format("create nvmet port {} at {}{}", a.port.id, endpoint(a.port),
                       a.port.inaccessible ? ", inaccessible" : "");
}

std::string sentence(const RemovePort& a) {
    return fmt::format("remove nvmet port {}", a.id);
}

std::string sentence(const SetAccess& a) {
    return fmt::format("make nvmet port {} {}", a.port,
                       a.inaccessible ? "inaccessible" : "optimized");
}

std::string sentence(const LinkSubsystem& a) {
    return fmt::format("link nvmet subsystem {} to port {}", a.nqn, a.port);
}

std::string sentence(const UnlinkSubsystem& a) {
    return fmt::format("unlink nvmet subsystem {} from port {}", a.nqn, a.port);
}

std::string sentence(const Connect& a) {
    return fmt::format("connect to nvmet subsystem {} at {} as {}", a.connection.nqn,
                       endpoint(a.connection), a.connection.host_nqn);
}

std::string sentence(const Disconnect& a) {
    return fmt::format("disconnect from nvmet subsystem {} as {}", a.nqn, a.host_nqn);
}

std::string sentence(const CreateHead& a) {
    std::vector<std::string> settings;
    for (const auto& [attribute, value] : a.attributes)
        settings.push_back(fmt::format("{}={}", attribute, value));
    return fmt::format("create head {}: {}", a.head, fmt::join(settings, " "));
}

std::string sentence(const SetHead& a) {
    return fmt::format("set {} of head {} to {}", a.attribute, a.head, a.value);
}

std::string sentence(const EnableHead& a) {
    return fmt::format("enable head {}", a.head);
}

std::string sentence(const DisableHead& a) {
    return fmt::format("disable head {}", a.head);
}

std::string sentence(const RemoveHead& a) {
    return fmt::format("remove head {}", a.head);
}

std::string sentence(const CreatePath& a) {
    return fmt::format("create path {} of head {} with priority {}{}", a.path, a.head, a.priority,
                       a.identity.empty() ? "" : " and identity " + a.identity);
}

std::string sentence(const SetPriority& a) {
    return fmt::format("set priority of path {} of head {} to {}", a.path, a.head, a.priority);
}

std::string sentence(const EnablePath& a) {
    return fmt::format("enable path {} of head {} on {}", a.path, a.head, a.device);
}

std::string sentence(const DisablePath& a) {
    return fmt::format("disable path {} of head {}", a.path, a.head);
}

std::string sentence(const RemovePath& a) {
    return fmt::format("remove path {} of head {}", a.path, a.head);
}

std::string sentence(const MarkFormatted& a) {
    return fmt::format("record leg {} of volume {} as formatted", a.leg_uuid, a.volume_uuid);
}

const char* sync_words(const RecordMember& a) {
    switch (a.to) {
        case v1::LogicalDisk::IN_SYNC:
            return "in-sync";
        case v1::LogicalDisk::REBUILDING:
            return "rebuilding";
        default:
            break;
    }
    switch (a.trouble) {
        case v1::LogicalDisk::ERRORS:
            return "stale, it answers with errors";
        case v1::LogicalDisk::ABSENT:
            return "stale, it is not there";
        default:
            return "stale";
    }
}

std::string sentence(const RecordMember& a) {
    return fmt::format("record member {} of leg {} on {} as {}", a.member_uuid, a.leg_uuid, a.where,
                       sync_words(a));
}

std::string sentence(const RecordReceipt& a) {
    return fmt::format("record the receipt of member {} on {}", a.member_uuid, a.where);
}

std::string sentence(const RecordLetGo& a) {
    return fmt::format("record that this node has let go of volume {}", a.volume);
}

std::string sentence(const RecordServed& a) {
    return fmt::format("record that this node serves volume {}", a.volume);
}

std::string sentence(const ForgetVolume& a) {
    return fmt::format("forget volume {}", a.name);
}

std::string sentence(const ForgetHost& a) {
    return fmt::format("forget host {}", a.name);
}

std::string sentence(const ForgetHead& a) {
    return fmt::format("forget head {}", a.name);
}

}  // namespace

std::string describe(const Action& action) {
    return std::visit([](const auto& a) { return sentence(a); }, action);
}

}  // namespace dnvme::plan
