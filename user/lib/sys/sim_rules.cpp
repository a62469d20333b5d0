// SPDX-License-Identifier: Apache-2.0
#include "sys/sim_rules.h"

#include <algorithm>
#include <cerrno>
#include <limits>

#include <fmt/format.h>

#include "base/words.h"
#include "model/names.h"
#include "plan/heads.h"
#include "plan/references.h"
#include "sys/dm_refs.h"
#include "sys/number.h"
#include "sys/refused.h"

namespace dnvme::sys {
namespace {

constexpr std::uint64_t kSectorBytes = 512;

std::uint64_t sectors_of(const plan::DmDevice& device) {
    std::uint64_t sectors = 0;
    for (const plan::DmTarget& target : device.table)
        sectors += target.length_sectors;
    return sectors;
}

bool has_enabled_path(const plan::Head& head) {
    return std::any_of(head.paths.begin(), head.paths.end(),
                       [](const auto& path) { return path.second.enabled; });
}

/// One rule per action; named after what the kernel would refuse.
class Rules {
  public:
    explicit Rules(const SimView& view) : view_(view), kernel_(view.kernel) {}

    Status operator()(const plan::LoadModule&) const { return {}; }
    Status operator()(const plan::CreateDm& a) const;
    Status operator()(const plan::ReloadDm& a) const;
    Status operator()(const plan::Fence& a) const { return device_exists(a.uuid); }
    Status operator()(const plan::FailHeld& a) const { return device_exists(a.uuid); }
    Status operator()(const plan::ResumeDm& a) const { return device_exists(a.uuid); }
    Status operator()(const plan::RemoveDm& a) const { return device_closed(a.uuid); }
    Status operator()(const plan::WipeDm& a) const;
    Status operator()(const plan::WipeRemote& a) const;
    Status operator()(const plan::ResyncDirty& a) const { return device_closed(a.rmeta_uuid); }
    Status operator()(const plan::FailMember& a) const { return device_exists(a.uuid); }
    Status operator()(const plan::ReleaseMember& a) const { return device_exists(a.uuid); }
    Status operator()(const plan::CheckRaid& a) const { return device_exists(a.uuid); }
    Status operator()(const plan::CreateThin& a) const;
    Status operator()(const plan::CreateNvmetHost& a) const;
    Status operator()(const plan::RemoveNvmetHost& a) const;
    Status operator()(const plan::CreateSubsystem& a) const;
    Status operator()(const plan::RemoveSubsystem& a) const;
    Status operator()(const plan::CreateNamespace& a) const;
    Status operator()(const plan::AnnounceSize& a) const;
    Status operator()(const plan::RemoveNamespace& a) const;
    Status operator()(const plan::AllowHost& a) const;
    Status operator()(const plan::DisallowHost& a) const;
    Status operator()(const plan::CreatePort& a) const;
    Status operator()(const plan::RemovePort& a) const;
    Status operator()(const plan::SetAccess& a) const;
    Status operator()(const plan::LinkSubsystem& a) const;
    Status operator()(const plan::UnlinkSubsystem& a) const;
    Status operator()(const plan::Connect& a) const;
    Status operator()(const plan::Disconnect& a) const;
    Status operator()(const plan::CreateHead& a) const;
    Status operator()(const plan::SetHead& a) const;
    Status operator()(const plan::EnableHead& a) const;
    Status operator()(const plan::DisableHead& a) const { return head_exists(a.head); }
    Status operator()(const plan::RemoveHead& a) const;
    Status operator()(const plan::CreatePath& a) const { return head_exists(a.head); }
    Status operator()(const plan::SetPriority& a) const { return path_exists(a.head, a.path); }
    Status operator()(const plan::EnablePath& a) const;
    Status operator()(const plan::DisablePath& a) const { return path_exists(a.head, a.path); }
    Status operator()(const plan::RemovePath& a) const { return path_exists(a.head, a.path); }
    Status operator()(const plan::ForgetHead&) const { return not_mine(); }
    Status operator()(const plan::MarkFormatted&) const { return not_mine(); }
    Status operator()(const plan::RecordMember&) const { return not_mine(); }
    Status operator()(const plan::RecordReceipt&) const { return not_mine(); }
    Status operator()(const plan::RecordLetGo&) const { return not_mine(); }
    Status operator()(const plan::RecordServed&) const { return not_mine(); }
    Status operator()(const plan::ForgetVolume&) const { return not_mine(); }
    Status operator()(const plan::ForgetHost&) const { return not_mine(); }

  private:
    static Status not_mine() {
        return fail(Code::internal, "an action of the store is not for the kernel");
    }
    [[nodiscard]] Status device_exists(const std::string& uuid) const;
    [[nodiscard]] Status device_closed(const std::string& uuid) const;
    [[nodiscard]] Status table_loads(const std::vector<plan::DmTarget>& table) const;
    [[nodiscard]] Status target_loads(const plan::DmTarget& target) const;
    [[nodiscard]] Status linear_fits(const plan::DmTarget& target) const;
    [[nodiscard]] Status parts_fit(const plan::DmTarget& target) const;
    [[nodiscard]] Status thin_exists(const plan::DmTarget& target) const;
    [[nodiscard]] std::uint64_t size_of(const std::string& reference) const;
    [[nodiscard]] Status head_exists(const std::string& head) const;
    [[nodiscard]] Status path_exists(const std::string& head, const std::string& path) const;
    [[nodiscard]] Status nvmet_loaded() const;
    [[nodiscard]] Status subsystem_exists(const std::string& nqn) const;
    [[nodiscard]] Status namespace_exists(const std::string& nqn, std::uint32_t nsid) const;
    [[nodiscard]] Status address_free(const plan::NvmetPort& port) const;

    const SimView& view_;
    const plan::KernelState& kernel_;
};

Status Rules::device_exists(const std::string& uuid) const {
    if (!kernel_.dm.contains(uuid))
        return refused(ENXIO, "dm device " + uuid);
    return {};
}

Status Rules::device_closed(const std::string& uuid) const {
    if (Status exists = device_exists(uuid); !exists)
        return exists;
    if (const auto opens = kernel_.dm.at(uuid).opens; opens > 0)
        return refused(EBUSY, fmt::format("dm device {} is opened {} times", uuid, opens));
    return {};
}

std::uint64_t Rules::size_of(const std::string& reference) const {
    for (const auto& [uuid, device] : kernel_.dm) {
        if (plan::dm_reference(uuid) == reference)
            return sectors_of(device) * kSectorBytes;
    }
    return view_.disks.size_of(reference) + view_.remotes.size_of(reference);
}

Status Rules::linear_fits(const plan::DmTarget& target) const {
    const auto words = split_words(target.params);
    const auto offset = words.size() == 2 ? to_number<std::uint64_t>(words[1]) : std::nullopt;
    if (!offset)
        return refused(EINVAL, "linear: Invalid argument count");
    const std::uint64_t sectors = size_of(words[0]) / kSectorBytes;
    if (*offset > sectors || target.length_sectors > sectors - *offset)
        return refused(EINVAL, fmt::format("linear: {} is too small for target", words[0]));
    return {};
}

/// What each of the devices that a target spreads its data over has to hold of it.
std::uint64_t sectors_of_each(const plan::DmTarget& target, std::uint64_t devices) {
    const auto words = split_words(target.params);
    if (target.type == "dnvme")
        return target.length_sectors / devices;
    if (words[0] == "raid10")
        return target.length_sectors * 2 / devices;
    const std::uint64_t parity = words[0].starts_with("raid5") ? 1 : 2;
    return words[0] == "raid1" ? target.length_sectors : target.length_sectors / (devices - parity);
}

/// Of an array, "-" twice for each.
std::size_t absent_members(const plan::DmTarget& target) {
    const auto words = split_words(target.params);
    return static_cast<std::size_t>(std::count(words.begin(), words.end(), "-")) / 2;
}

/// Those of a raid are metadata and data in turn, those of a pool metadata and then data.
Status Rules::parts_fit(const plan::DmTarget& target) const {
    std::vector<std::string> parts = references_in(target.params);
    if (target.type != "dnvme") {
        for (std::size_t i = 0; i < parts.size() / 2; i++)
            parts[i] = parts[2 * i + 1];
        parts.resize(parts.size() / 2);
    }
    for (const std::string& part : parts) {
        const std::uint64_t needed =
            target.type == "thin-pool"
                ? target.length_sectors
                : sectors_of_each(target, parts.size() + absent_members(target));
        if (size_of(part) / kSectorBytes < needed)
            return refused(EINVAL, fmt::format("{}: {} is too small", target.type, part));
    }
    return {};
}

Status Rules::thin_exists(const plan::DmTarget& target) const {
    const auto words = split_words(target.params);
    const auto id = words.size() == 2 ? to_number<std::uint32_t>(words[1]) : std::nullopt;
    if (!id)
        return refused(EINVAL, "thin: Invalid argument count");
    for (const auto& [uuid, device] : kernel_.dm) {
        if (plan::dm_reference(uuid) != words[0])
            continue;
        const auto thins = view_.thins.find(pool_metadata(kernel_, uuid));
        if (thins != view_.thins.end() && thins->second.contains(*id))
            return {};
    }
    return refused(ENODATA, fmt::format("thin: Couldn't open thin internal device {}", *id));
}

Status Rules::target_loads(const plan::DmTarget& target) const {
    for (const std::string& reference : references_in(target.params)) {
        if (size_of(reference) == 0)
            return refused(ENXIO, fmt::format("{}: device {}", target.type, reference));
    }
    if (target.type == "linear")
        return linear_fits(target);
    if (target.type == "thin")
        return thin_exists(target);
    const bool has_parts =
        target.type == "dnvme" || target.type == "raid" || target.type == "thin-pool";
    return has_parts ? parts_fit(target) : Status();
}

Status Rules::table_loads(const std::vector<plan::DmTarget>& table) const {
    if (table.empty())
        return refused(EINVAL, "empty table");
    std::uint64_t next = 0;
    for (const plan::DmTarget& target : table) {
        if (target.length_sectors == 0 || target.start_sectors != next)
            return refused(EINVAL, "gap in table at sector " + std::to_string(next));
        next += target.length_sectors;
        if (Status loads = target_loads(target); !loads)
            return loads;
    }
    return {};
}

Status Rules::operator()(const plan::CreateDm& a) const {
    for (const auto& [uuid, device] : kernel_.dm) {
        if (uuid == a.device.uuid || device.name == a.device.name)
            return refused(EEXIST, "dm device " + a.device.name);
    }
    return table_loads(a.device.table);
}

Status Rules::operator()(const plan::ReloadDm& a) const {
    if (Status exists = device_exists(a.device.uuid); !exists)
        return exists;
    return table_loads(a.device.table);
}

Status Rules::operator()(const plan::WipeDm& a) const {
    if (Status closed = device_closed(a.uuid); !closed)
        return closed;
    const std::uint64_t size = size_of(plan::dm_reference(a.uuid));
    if (a.offset_bytes > size || a.length_bytes > size - a.offset_bytes)
        return refused(EINVAL, fmt::format("wipe beyond the end of dm device {}", a.uuid));
    return {};
}

Status Rules::operator()(const plan::WipeRemote& a) const {
    const std::uint64_t size = size_of(plan::nvme_reference(a.logical_disk));
    if (plan::is_held(kernel_, a.logical_disk))
        return refused(EBUSY, "logical disk " + a.logical_disk);
    if (a.offset_bytes > size || a.length_bytes > size - a.offset_bytes)
        return refused(EINVAL, "wipe beyond the end of logical disk " + a.logical_disk);
    return {};
}

Status Rules::operator()(const plan::Connect& a) const {
    const std::string& nqn = a.connection.nqn;
    if (!kernel_.modules.contains(model::initiator_module))
        return refused(ENOENT, "module nvme-tcp is not loaded");
    if (kernel_.connections.contains(nqn))
        return refused(EALREADY, "connection to " + nqn);
    return view_.remotes.offers(nqn) ? Status() : refused(ECONNREFUSED, "connection to " + nqn);
}

Status Rules::operator()(const plan::Disconnect& a) const {
    if (!kernel_.connections.contains(a.nqn))
        return refused(ENOENT, "connection to " + a.nqn);
    if (plan::is_held(kernel_, model::uuid_in_nqn(a.nqn).value_or("")))
        return refused(EBUSY, "connection to " + a.nqn);
    return {};
}

Status Rules::operator()(const plan::CreateThin& a) const {
    if (pool_metadata(kernel_, a.pool_uuid).empty())
        return refused(ENXIO, "thin pool " + a.pool_uuid);
    return {};
}

Status Rules::nvmet_loaded() const {
    // Every transport module of the target pulls nvmet in.
    const bool loaded = std::any_of(kernel_.modules.begin(), kernel_.modules.end(),
                                    [](const auto& name) { return name.starts_with("nvmet"); });
    if (!loaded)
        return refused(ENOENT, "module nvmet is not loaded");
    return {};
}

Status Rules::subsystem_exists(const std::string& nqn) const {
    if (!kernel_.subsystems.contains(nqn))
        return refused(ENOENT, "subsystem " + nqn);
    return {};
}

Status Rules::operator()(const plan::CreateNvmetHost& a) const {
    if (Status loaded = nvmet_loaded(); !loaded)
        return loaded;
    if (kernel_.hosts.contains(a.nqn))
        return refused(EEXIST, "host " + a.nqn);
    return {};
}

Status Rules::operator()(const plan::RemoveNvmetHost& a) const {
    if (!kernel_.hosts.contains(a.nqn))
        return refused(ENOENT, "host " + a.nqn);
    for (const auto& [nqn, subsystem] : kernel_.subsystems) {
        if (subsystem.allowed_hosts.contains(a.nqn))
            return refused(EBUSY, fmt::format("host {} is allowed by subsystem {}", a.nqn, nqn));
    }
    return {};
}

Status Rules::operator()(const plan::CreateSubsystem& a) const {
    if (Status loaded = nvmet_loaded(); !loaded)
        return loaded;
    if (kernel_.subsystems.contains(a.nqn))
        return refused(EEXIST, "subsystem " + a.nqn);
    if (a.serial.empty() || a.serial.size() > 20)
        return refused(EINVAL, fmt::format("subsystem {}: serial '{}'", a.nqn, a.serial));
    return {};
}

Status Rules::operator()(const plan::RemoveSubsystem& a) const {
    if (Status exists = subsystem_exists(a.nqn); !exists)
        return exists;
    for (const auto& [id, port] : kernel_.ports) {
        if (port.subsystems.contains(a.nqn))
            return refused(EBUSY, fmt::format("subsystem {} is linked to port {}", a.nqn, id));
    }
    const plan::NvmetSubsystem& subsystem = kernel_.subsystems.at(a.nqn);
    if (!subsystem.namespaces.empty() || !subsystem.allowed_hosts.empty())
        return refused(ENOTEMPTY, "subsystem " + a.nqn);
    return {};
}

Status Rules::operator()(const plan::CreateNamespace& a) const {
    if (Status exists = subsystem_exists(a.nqn); !exists)
        return exists;
    const std::string where = fmt::format("namespace {} of {}", a.nsid, a.nqn);
    if (a.nsid == 0 || a.nsid == std::numeric_limits<std::uint32_t>::max())
        return refused(EINVAL, where);
    if (kernel_.subsystems.at(a.nqn).namespaces.contains(a.nsid))
        return refused(EEXIST, where);
    if (!kernel_.dm.contains(a.ns.device_uuid))
        return refused(ENOENT, fmt::format("{}: dm device {}", where, a.ns.device_uuid));
    return {};
}

Status Rules::namespace_exists(const std::string& nqn, std::uint32_t nsid) const {
    if (Status exists = subsystem_exists(nqn); !exists)
        return exists;
    if (!kernel_.subsystems.at(nqn).namespaces.contains(nsid))
        return refused(ENOENT, fmt::format("namespace {} of {}", nsid, nqn));
    return {};
}

Status Rules::operator()(const plan::AnnounceSize& a) const {
    if (Status exists = namespace_exists(a.nqn, a.nsid); !exists)
        return exists;
    if (!kernel_.subsystems.at(a.nqn).namespaces.at(a.nsid).enabled)
        return refused(EINVAL, fmt::format("namespace {} of {}", a.nsid, a.nqn));
    return {};
}

Status Rules::operator()(const plan::RemoveNamespace& a) const {
    return namespace_exists(a.nqn, a.nsid);
}

Status Rules::operator()(const plan::AllowHost& a) const {
    if (Status exists = subsystem_exists(a.nqn); !exists)
        return exists;
    if (!kernel_.hosts.contains(a.host_nqn))
        return refused(ENOENT, "host " + a.host_nqn);
    if (kernel_.subsystems.at(a.nqn).allowed_hosts.contains(a.host_nqn))
        return refused(EEXIST, fmt::format("subsystem {} allows {}", a.nqn, a.host_nqn));
    return {};
}

Status Rules::operator()(const plan::DisallowHost& a) const {
    if (Status exists = subsystem_exists(a.nqn); !exists)
        return exists;
    if (!kernel_.subsystems.at(a.nqn).allowed_hosts.contains(a.host_nqn))
        return refused(ENOENT, fmt::format("subsystem {} allows {}", a.nqn, a.host_nqn));
    return {};
}

Status Rules::operator()(const plan::CreatePort& a) const {
    if (Status loaded = nvmet_loaded(); !loaded)
        return loaded;
    if (kernel_.ports.contains(a.port.id))
        return refused(EEXIST, fmt::format("port {}", a.port.id));
    return {};
}

Status Rules::operator()(const plan::RemovePort& a) const {
    const auto port = kernel_.ports.find(a.id);
    if (port == kernel_.ports.end())
        return refused(ENOENT, fmt::format("port {}", a.id));
    if (!port->second.subsystems.empty())
        return refused(ENOTEMPTY, fmt::format("port {}", a.id));
    return {};
}

Status Rules::address_free(const plan::NvmetPort& port) const {
    for (const auto& [id, other] : kernel_.ports) {
        // A port listens as long as something is linked to it.
        if (id != port.id && !other.subsystems.empty() && other.address == port.address &&
            other.service == port.service)
            return refused(EADDRINUSE,
                           fmt::format("port {}: {} port {}", port.id, port.address, port.service));
    }
    return {};
}

Status Rules::operator()(const plan::SetAccess& a) const {
    if (!kernel_.ports.contains(a.port))
        return refused(ENOENT, fmt::format("port {}", a.port));
    return {};
}

Status Rules::operator()(const plan::LinkSubsystem& a) const {
    if (Status exists = subsystem_exists(a.nqn); !exists)
        return exists;
    const auto port = kernel_.ports.find(a.port);
    if (port == kernel_.ports.end())
        return refused(ENOENT, fmt::format("port {}", a.port));
    if (port->second.subsystems.contains(a.nqn))
        return refused(EEXIST, fmt::format("port {} links {}", a.port, a.nqn));
    return address_free(port->second);
}

Status Rules::operator()(const plan::UnlinkSubsystem& a) const {
    const auto port = kernel_.ports.find(a.port);
    if (port == kernel_.ports.end() || !port->second.subsystems.contains(a.nqn))
        return refused(ENOENT, fmt::format("port {} links {}", a.port, a.nqn));
    return {};
}

Status Rules::head_exists(const std::string& head) const {
    if (!kernel_.heads.contains(head))
        return refused(ENOENT, "head " + head);
    return {};
}

Status Rules::path_exists(const std::string& head, const std::string& path) const {
    if (Status exists = head_exists(head); !exists)
        return exists;
    if (!kernel_.heads.at(head).paths.contains(path))
        return refused(ENOENT, fmt::format("path {} of head {}", path, head));
    return {};
}

Status Rules::operator()(const plan::CreateHead& a) const {
    if (!kernel_.modules.contains(model::head_module))
        return refused(ENOENT, "module nvme-mpath-ext is not loaded");
    if (kernel_.heads.contains(a.head))
        return refused(EEXIST, "head " + a.head);
    return {};
}

Status Rules::operator()(const plan::SetHead& a) const {
    if (Status exists = head_exists(a.head); !exists)
        return exists;
    const plan::Head& head = kernel_.heads.at(a.head);
    const bool in_use = a.attribute == "policy" ? head.enabled : has_enabled_path(head);
    if (in_use && !plan::changes_live(a.attribute))
        return refused(EBUSY, fmt::format("{} of head {}", a.attribute, a.head));
    return {};
}

Status Rules::operator()(const plan::EnableHead& a) const {
    if (Status exists = head_exists(a.head); !exists)
        return exists;
    if (!has_enabled_path(kernel_.heads.at(a.head)))
        return refused(ENODEV, fmt::format("head {} has no path that is enabled", a.head));
    return {};
}

Status Rules::operator()(const plan::RemoveHead& a) const {
    if (Status exists = head_exists(a.head); !exists)
        return exists;
    if (!kernel_.heads.at(a.head).paths.empty())
        return refused(ENOTEMPTY, "head " + a.head);
    return {};
}

Status Rules::operator()(const plan::EnablePath& a) const {
    if (Status exists = path_exists(a.head, a.path); !exists)
        return exists;
    const std::string identity = view_.heads.identity_of(a.device);
    if (identity.empty())
        return refused(ENOENT, a.device);
    const std::string& stated = kernel_.heads.at(a.head).paths.at(a.path).identity;
    if (!stated.empty() && stated != identity)
        return refused(EXDEV, fmt::format("path {}: {} is {}, and the head is of {}", a.path,
                                          a.device, identity, stated));
    return {};
}

}  // namespace

Status check_action(const SimView& view, const plan::Action& action) {
    return std::visit(Rules(view), action);
}

std::string pool_metadata(const plan::KernelState& kernel, const std::string& pool_uuid) {
    const auto pool = kernel.dm.find(pool_uuid);
    if (pool == kernel.dm.end() || pool->second.table.size() != 1 ||
        pool->second.table[0].type != "thin-pool")
        return "";
    const auto references = references_in(pool->second.table[0].params);
    return references.empty() ? "" : references[0];
}

}  // namespace dnvme::sys
