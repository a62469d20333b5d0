// SPDX-License-Identifier: Apache-2.0
//
// NvmetConfigfs: reading back what is there.
#include <fmt/format.h>

#include "model/names.h"
#include "sys/dm_client.h"
#include "sys/number.h"
#include "sys/nvmet_configfs.h"
#include "sys/nvmet_names.h"

namespace dnvme::sys {
namespace {

/// The dm uuid of the device at @p path if it is named as one of ours.
std::string uuid_of_path(const std::string& path) {
    constexpr std::string_view kPrefix = "/dev/mapper/dnvme-";
    if (!path.starts_with(kPrefix))
        return "";
    const std::string uuid = "DNVME-" + path.substr(kPrefix.size());
    return model::parse_dm_uuid(uuid) ? uuid : "";
}

Result<model::ControllerIds> read_ids(const Path& subsystem) {
    const Result<std::string> first = ConfigFs::read(subsystem / "attr_cntlid_min");
    const Result<std::string> last = ConfigFs::read(subsystem / "attr_cntlid_max");
    if (!first || !last)
        return pass(!first ? first.error() : last.error());
    return model::ControllerIds{.first = to_number<std::uint16_t>(*first).value_or(0),
                                .last = to_number<std::uint16_t>(*last).value_or(0)};
}

}  // namespace

Result<bool> NvmetConfigfs::is_ours(const std::string& nqn) const {
    const Result<std::string> model = ConfigFs::read(subsystem(nqn) / "attr_model");
    if (!model)
        return pass(model.error());
    return *model == model::subsystem_model;
}

Result<plan::NvmetNamespace> NvmetConfigfs::read_namespace(const Path& dir) const {
    const Result<std::string> path = ConfigFs::read(dir / "device_path");
    const Result<std::string> uuid = ConfigFs::read(dir / "device_uuid");
    const Result<std::string> nguid = ConfigFs::read(dir / "device_nguid");
    const Result<std::string> enable = ConfigFs::read(dir / "enable");
    for (const auto* value : {&path, &uuid, &nguid, &enable}) {
        if (!*value)
            return pass(value->error());
    }
    const auto announced = announced_.find(dir);
    return plan::NvmetNamespace{
        .device_uuid = uuid_of_path(*path),
        .uuid = *uuid,
        .nguid = *nguid,
        .enabled = *enable == "1",
        .size_bytes = announced == announced_.end() ? 0 : announced->second};
}

Result<plan::NvmetSubsystem> NvmetConfigfs::read_subsystem(const std::string& nqn) const {
    const Path dir = subsystem(nqn);
    const Result<std::string> serial = ConfigFs::read(dir / "attr_serial");
    const auto ids = read_ids(dir);
    const auto hosts = ConfigFs::list(dir / "allowed_hosts");
    const auto nsids = ConfigFs::list(dir / "namespaces");
    if (!serial || !ids)
        return pass(!serial ? serial.error() : ids.error());
    if (!hosts || !nsids)
        return pass(!hosts ? hosts.error() : nsids.error());
    plan::NvmetSubsystem read{
        .nqn = nqn, .serial = *serial, .namespaces = {}, .allowed_hosts = {}, .ids = *ids};
    read.allowed_hosts.insert(hosts->begin(), hosts->end());
    for (const std::string& name : *nsids) {
        const auto ns = read_namespace(dir / "namespaces" / name);
        if (!ns)
            return pass(ns.error());
        read.namespaces[to_number<std::uint32_t>(name).value_or(0)] = *ns;
    }
    return read;
}

Status NvmetConfigfs::probe_subsystems(NvmetState& state) const {
    const auto nqns = ConfigFs::list(root_ / "subsystems");
    if (!nqns)
        return pass(nqns.error());
    for (const std::string& nqn : *nqns) {
        const Result<bool> ours = is_ours(nqn);
        if (!ours)
            return pass(ours.error());
        if (!*ours)
            continue;
        auto read = read_subsystem(nqn);
        if (!read)
            return pass(read.error());
        state.subsystems[nqn] = *std::move(read);
    }
    return {};
}

Result<plan::NvmetPort> NvmetConfigfs::read_port(std::uint16_t id) const {
    const Path dir = port_dir(id);
    const Result<std::string> address = ConfigFs::read(dir / "addr_traddr");
    const Result<std::string> service = ConfigFs::read(dir / "addr_trsvcid");
    const Result<std::string> access = ConfigFs::read(port_access(dir));
    const auto links = ConfigFs::list(dir / "subsystems");
    for (const auto* value : {&address, &service, &access}) {
        if (!*value)
            return pass(value->error());
    }
    if (!links)
        return pass(links.error());
    return plan::NvmetPort{.id = id,
                           .address = *address,
                           .service = to_number<std::uint16_t>(*service).value_or(0),
                           .subsystems = {links->begin(), links->end()},
                           .inaccessible = *access == kInaccessible};
}

Status NvmetConfigfs::probe_ports(NvmetState& state) const {
    const auto names = ConfigFs::list(root_ / "ports");
    if (!names)
        return pass(names.error());
    for (const std::string& name : *names) {
        const auto id = to_number<std::uint16_t>(name);
        if (!id)
            continue;
        auto port = read_port(*id);
        if (!port)
            return pass(port.error());
        std::erase_if(port->subsystems,
                      [&](const auto& n) { return !state.subsystems.contains(n); });
        if (!port->subsystems.empty() || ConfigFs::exists(port_mark(port_dir(*id))))
            state.ports[*id] = *std::move(port);
    }
    return {};
}

Result<NvmetState> NvmetConfigfs::probe() {
    NvmetState state;
    if (Status read = probe_subsystems(state); !read)
        return pass(read.error(), "probe nvmet");
    if (Status read = probe_ports(state); !read)
        return pass(read.error(), "probe nvmet");
    const auto hosts = ConfigFs::list(root_ / "hosts");
    if (!hosts)
        return pass(hosts.error(), "probe nvmet");
    state.hosts.insert(hosts->begin(), hosts->end());
    return state;
}

}  // namespace dnvme::sys
