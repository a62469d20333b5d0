// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

/// Every name that dnvme gives to a thing in the kernel, and the way back from it. Pure.
namespace dnvme::model {

/// What a device-mapper device of ours is for. The word is part of its name and uuid.
enum class DmKind { ld, gate, rmeta, rdata, raid, tmeta, tdata, pool, thin, leg, front };

std::string_view to_string(DmKind kind);

/// "DNVME-<kind>-<uuid>": ld, gate, rmeta and rdata carry the uuid of the logical disk; raid,
/// tmeta, tdata, pool, thin and leg that of the leg; front that of the controller, which for
/// controller 0 is the volume's.
std::string dm_uuid(DmKind kind, std::string_view uuid);
/// "dnvme-<kind>-<uuid>", the name under /dev/mapper.
std::string dm_name(DmKind kind, std::string_view uuid);

struct DmIdentity {
    DmKind kind;
    std::string uuid;
};
/// Back from dm_uuid(); nothing if the device is not ours.
std::optional<DmIdentity> parse_dm_uuid(std::string_view dm_uuid);
/// Whether it is a device of ours, for one of these.
bool is_kind(std::string_view dm_uuid, std::initializer_list<DmKind> kinds);

/// "nqn.2014-08.org.nvmexpress:uuid:<controller uuid>" (NVMe base specification 2.0, 4.5).
std::string subsystem_nqn(std::string_view controller_uuid);
/// NQN of the subsystem through which another node reaches a logical disk; made as that of a
/// controller.
std::string logical_disk_nqn(std::string_view logical_disk_uuid);
/// "nqn.2014-08.org.nvmexpress:uuid:<node uuid>": as whom a node connects to the logical disks of
/// others. Its host id is the node's uuid.
std::string node_nqn(std::string_view node_uuid);
/// Back from these three; nothing if the NQN holds no uuid.
std::optional<std::string> uuid_in_nqn(std::string_view nqn);
/// Serial number of the subsystem: 20 hex digits of the controller's uuid.
std::string subsystem_serial(std::string_view controller_uuid);
/// NSID of the only namespace of each subsystem.
inline constexpr std::uint32_t exported_nsid = 1;
/// NGUID of a namespace that tells none. Only that of controller 0 tells one, the volume's uuid.
inline constexpr std::string_view no_nguid = "00000000-0000-0000-0000-000000000000";
/// The module by which hosts change the owner of a volume.
inline constexpr const char* command_module = "nvmet_mpath_ext";
/// The module by which a node sees who is connected to its own.
inline constexpr const char* witness_module = "tcp_diag";
/// The module by which a node reaches the logical disks of others.
inline constexpr const char* initiator_module = "nvme_tcp";
/// The module of heads, and the directory of one in configfs, by which it is known as ours:
/// "dnvme-<head uuid>".
inline constexpr const char* head_module = "nvme_mpath_ext";
std::string head_dir(std::string_view head_uuid);
bool is_head_dir(std::string_view name);
/// A UUID in lower case, or 16 hex digits: what a head states as the identity of its paths.
Status check_identity(std::string_view identity);

/// attr_model of every subsystem of ours, by which they are known.
inline constexpr std::string_view subsystem_model = "dnvme";

/// Portals that a node may have, and the highest Volume.port_offset: together they number the nvmet
/// ports in 16 bits.
inline constexpr std::uint32_t kMaxPortals = 3;
inline constexpr std::uint32_t kMaxPortOffset = 16383;
inline constexpr std::uint32_t kMaxTcpPort = 65535;
/// Id of the nvmet port that one controller has on one portal (counted from 0) of its node.
std::uint16_t nvmet_port_id(std::uint16_t first, std::uint32_t portal, std::uint32_t port_offset);

/// 1 to 63 of a-z 0-9 - _ . starting with a letter or digit. @p what names the thing in the error.
Status check_name(std::string_view what, std::string_view name);
/// "nqn.yyyy-mm.reverse.domain:..." or the uuid form, at most 223 bytes (NVMe base 2.0, 4.5).
Status check_nqn(std::string_view nqn);
/// Numeric IPv4 or IPv6 address and port 1 to 65535.
Status check_portal(const std::string& address, std::uint32_t port);

}  // namespace dnvme::model
