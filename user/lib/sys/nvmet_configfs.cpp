// SPDX-License-Identifier: Apache-2.0
//
// NvmetConfigfs: changing what is there.
#include "sys/nvmet_configfs.h"

#include <cerrno>

#include <fmt/format.h>

#include "model/names.h"
#include "sys/dm_client.h"
#include "sys/nvmet_names.h"
#include "sys/refused.h"

namespace dnvme::sys {
namespace {

/// configfs answers so where a directory is not as bare as the maker of it would have left it.
tl::unexpected<Error> taken(const Path& dir) {
    return refused(EEXIST, dir.string() +
                               " is in use by somebody else; remove it or choose "
                               "another id or name");
}

std::string path_of_uuid(const std::string& dm_uuid) {
    const auto identity = model::parse_dm_uuid(dm_uuid);
    return identity ? "/dev/mapper/" + model::dm_name(identity->kind, identity->uuid) : "";
}

}  // namespace

Path NvmetConfigfs::subsystem(const std::string& nqn) const {
    return root_ / "subsystems" / nqn;
}

Path NvmetConfigfs::ns_dir(const std::string& nqn, std::uint32_t nsid) const {
    return subsystem(nqn) / "namespaces" / std::to_string(nsid);
}

Path NvmetConfigfs::port_dir(std::uint16_t id) const {
    return root_ / "ports" / std::to_string(id);
}

Status NvmetConfigfs::need_nvmet() const {
    if (!ConfigFs::exists(root_))
        return fail(Code::unavailable, root_.string() + " does not exist: module nvmet is missing");
    return {};
}

Status NvmetConfigfs::write_all(const Path& dir, const std::vector<Attribute>& attributes) {
    for (const Attribute& attribute : attributes) {
        if (Status written = fs_.write(dir / attribute.name, attribute.value); !written)
            return written;
    }
    return {};
}

Status NvmetConfigfs::make_bare_dir(const Path& dir, const std::vector<std::string>& content) {
    if (Status nvmet = need_nvmet(); !nvmet)
        return nvmet;
    Status made = fs_.make_dir(dir);
    if (made || made.error().sys_errno() != EEXIST)
        return made;
    for (const std::string& part : content) {
        const auto found = ConfigFs::list(dir / part);
        if (!found || !found->empty())
            return taken(dir);
    }
    return {};
}

Status NvmetConfigfs::undo_dir(const Path& dir, Status failed) {
    if (Status removed = fs_.remove_dir(dir); !removed)
        return pass(failed.error(), removed.error().message());
    return failed;
}

Status NvmetConfigfs::create_host(const std::string& nqn) {
    if (Status nvmet = need_nvmet(); !nvmet)
        return nvmet;
    return fs_.make_dir(host(nqn));
}

Result<bool> NvmetConfigfs::our_subsystem_allows(const std::string& host_nqn) const {
    NvmetState state;
    if (Status read = probe_subsystems(state); !read)
        return pass(read.error());
    for (const auto& [nqn, subsystem] : state.subsystems) {
        if (subsystem.allowed_hosts.contains(host_nqn))
            return true;
    }
    return false;
}

Status NvmetConfigfs::remove_host(const std::string& nqn) {
    Status removed = fs_.remove_dir(host(nqn));
    if (removed || removed.error().sys_errno() != EBUSY)
        return removed;
    const Result<bool> by_us = our_subsystem_allows(nqn);
    return by_us && !*by_us ? Status() : removed;
}

Status NvmetConfigfs::create_subsystem(const std::string& nqn, const std::string& serial,
                                       model::ControllerIds ids) {
    const Path dir = subsystem(nqn);
    if (Status made = make_bare_dir(dir, {"namespaces", "allowed_hosts"}); !made)
        return made;
    // The model first: by it the subsystem is known as ours if we end here.
    std::vector<Attribute> attributes = {{"attr_model", std::string(model::subsystem_model)},
                                         {"attr_serial", serial},
                                         {"attr_allow_any_host", "0"}};
    if (ids != model::ControllerIds{}) {
        attributes.push_back({"attr_cntlid_min", std::to_string(ids.first)});
        attributes.push_back({"attr_cntlid_max", std::to_string(ids.last)});
    }
    Status written = write_all(dir, attributes);
    return written ? written : undo_dir(dir, written);
}

Status NvmetConfigfs::remove_subsystem(const std::string& nqn) {
    return fs_.remove_dir(subsystem(nqn));
}

Status NvmetConfigfs::create_namespace(const std::string& nqn, std::uint32_t nsid,
                                       const plan::NvmetNamespace& ns) {
    const Path dir = ns_dir(nqn, nsid);
    if (Status made = fs_.make_dir(dir); !made)
        return made;
    Status written = write_all(dir, {{"device_path", path_of_uuid(ns.device_uuid)},
                                     {"device_uuid", ns.uuid},
                                     {"device_nguid", ns.nguid},
                                     {"enable", ns.enabled ? "1" : "0"}});
    if (!written)
        return undo_dir(dir, written);
    announced_[dir] = ns.size_bytes;
    return {};
}

Status NvmetConfigfs::announce_size(const plan::AnnounceSize& a) {
    const Path dir = ns_dir(a.nqn, a.nsid);
    Status written = fs_.write(dir / "revalidate_size", "1");
    if (written)
        announced_[dir] = a.size_bytes;
    return written;
}

Status NvmetConfigfs::remove_namespace(const std::string& nqn, std::uint32_t nsid) {
    const Path dir = ns_dir(nqn, nsid);
    announced_.erase(dir);
    if (Status disabled = fs_.write(dir / "enable", "0"); !disabled)
        return disabled;
    return fs_.remove_dir(dir);
}

Status NvmetConfigfs::allow_host(const std::string& nqn, const std::string& host_nqn) {
    return fs_.link(host(host_nqn), subsystem(nqn) / "allowed_hosts" / host_nqn);
}

Status NvmetConfigfs::disallow_host(const std::string& nqn, const std::string& host_nqn) {
    return fs_.unlink(subsystem(nqn) / "allowed_hosts" / host_nqn);
}

Status NvmetConfigfs::fill_port(const Path& dir, const plan::NvmetPort& port) {
    const bool ipv6 = port.address.find(':') != std::string::npos;
    if (Status marked = fs_.make_dir(port_mark(dir)); !marked)
        return marked;
    Status written = write_all(dir, {{"addr_trtype", "tcp"},
                                     {"addr_adrfam", ipv6 ? "ipv6" : "ipv4"},
                                     {"addr_traddr", port.address},
                                     {"addr_trsvcid", std::to_string(port.service)}});
    return written && port.inaccessible ? set_access(port.id, true) : written;
}

Status NvmetConfigfs::set_access(std::uint16_t port, bool inaccessible) {
    return fs_.write(port_access(port_dir(port)), inaccessible ? kInaccessible : kOptimized);
}

Status NvmetConfigfs::create_port(const plan::NvmetPort& port) {
    const Path dir = port_dir(port.id);
    if (Status made = make_bare_dir(dir, {"subsystems", "referrals"}); !made)
        return made;
    Status filled = fill_port(dir, port);
    if (filled)
        return {};
    (void)fs_.remove_dir(port_mark(dir));
    return undo_dir(dir, filled);
}

Status NvmetConfigfs::remove_port(std::uint16_t id) {
    const Path dir = port_dir(id);
    if (!ConfigFs::exists(port_mark(dir)))
        return {};  // somebody else's; only our link was in it
    const auto links = ConfigFs::list(dir / "subsystems");
    if (!links || !links->empty())  // the mark stays as long as the port does
        return refused(ENOTEMPTY, dir.string() + " still has subsystems linked");
    if (Status unmarked = fs_.remove_dir(port_mark(dir)); !unmarked)
        return unmarked;
    return fs_.remove_dir(dir);
}

Status NvmetConfigfs::link(std::uint16_t port, const std::string& nqn) {
    return fs_.link(subsystem(nqn), port_dir(port) / "subsystems" / nqn);
}

Status NvmetConfigfs::unlink(std::uint16_t port, const std::string& nqn) {
    return fs_.unlink(port_dir(port) / "subsystems" / nqn);
}

}  // namespace dnvme::sys
