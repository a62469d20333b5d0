// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/controllers.h"

namespace dnvme::plan {

/// One line of a device-mapper table. Sectors are 512 bytes.
///
/// In `params` a device stands as a reference, not as a number, so that a table can be written
/// down before its devices exist: `{dm:<dm uuid>}` is a device-mapper device, `{disk:<disk uuid>}`
/// a disk found by its label, `{nvme:<logical disk uuid>}` a logical disk of another node. The
/// doors (sys) translate references to major:minor and back; a device that is none of these stays
/// "major:minor".
struct DmTarget {
    std::uint64_t start_sectors = 0;
    std::uint64_t length_sectors = 0;
    std::string type;
    std::string params;  ///< words separated by one space, none at the ends

    bool operator==(const DmTarget&) const = default;
};

/// What dm-raid says of an array.
struct RaidHealth {
    /// A letter per member: 'A' in sync, 'a' not in sync, 'D' failed, '-' not in the table.
    std::string letters;
    bool idle = false;  ///< nothing is being synchronised
    std::uint64_t synced_sectors = 0;
    std::uint64_t total_sectors = 0;
};

/// A device-mapper device of ours, known by its uuid "DNVME-<kind>-<uuid>".
struct DmDevice {
    std::string uuid;
    std::string name;
    std::vector<DmTarget> table;
    bool suspended = false;  ///< actual state only; never desired
    // Actual state only, not compared:
    std::int32_t opens = 0;            ///< open count
    char leg = 0;                      ///< of a dnvme target with one leg: L, H, F, E or D
    std::optional<RaidHealth> raid{};  ///< of an array

    [[nodiscard]] std::uint64_t sectors() const {
        return table.empty() ? 0 : table.back().start_sectors + table.back().length_sectors;
    }
    bool operator==(const DmDevice& other) const {
        return uuid == other.uuid && name == other.name && table == other.table &&
               suspended == other.suspended;
    }
};

struct NvmetNamespace {
    std::string device_uuid;  ///< dm uuid of the front; empty if the kernel's path is not ours
    std::string uuid;         ///< namespace UUID, hyphenated
    std::string nguid;        ///< hyphenated as configfs shows it
    bool enabled = false;
    std::uint64_t size_bytes = 0;  ///< what hosts were told; 0: not known; not compared

    bool operator==(const NvmetNamespace& other) const {
        return device_uuid == other.device_uuid && uuid == other.uuid && nguid == other.nguid &&
               enabled == other.enabled;
    }
};

/// A subsystem of ours: attr_model is "dnvme".
struct NvmetSubsystem {
    std::string nqn;
    std::string serial;                                  ///< at most 20 characters
    std::map<std::uint32_t, NvmetNamespace> namespaces;  ///< by NSID
    std::set<std::string> allowed_hosts;                 ///< host NQNs
    model::ControllerIds ids{};                          ///< what its connections are numbered by

    bool operator==(const NvmetSubsystem&) const = default;
};

struct NvmetPort {
    std::uint16_t id = 0;
    std::string address;
    std::uint16_t service = 0;         ///< TCP port
    std::set<std::string> subsystems;  ///< NQNs linked: what hosts can reach
    /// ANA state of its group 1: optimized, or inaccessible, where I/O is refused at once. Else a
    /// host that connects to a standby would wait for ever for the first block that it reads.
    bool inaccessible = false;

    bool operator==(const NvmetPort&) const = default;
};

struct HeadPath {
    std::string device;    ///< canonical path; empty: none was ever named
    std::string identity;  ///< stated; may be empty
    std::uint32_t priority = 0;
    bool enabled = false;

    bool operator==(const HeadPath&) const = default;
};

/// A head of nvme-mpath-ext of ours, by the name of its directory, model::head_dir().
struct Head {
    std::map<std::string, std::string> attributes;  ///< of configfs, as they are read
    std::map<std::string, HeadPath> paths;          ///< by name
    bool enabled = false;

    bool operator==(const Head&) const = default;
};

/// The NVMe/TCP connection of this node, as a host, to a logical disk of another one.
struct Connection {
    std::string nqn;               ///< of the logical disk's subsystem
    std::string address;           ///< of a portal of the other node
    std::uint16_t service = 0;     ///< TCP port
    std::string host_nqn;          ///< as whom
    bool live = false;             ///< actual state only; one that broke is mended by the kernel
    std::string device;            ///< actual state only: its path; empty: not there (yet)
    std::uint64_t size_bytes = 0;  ///< actual state only: of its device

    bool operator==(const Connection& other) const {
        return nqn == other.nqn && address == other.address && service == other.service &&
               host_nqn == other.host_nqn;
    }
};

/// Everything in one kernel that belongs to dnvme, actual or desired. A value: diff() compares two.
struct KernelState {
    std::map<std::string, DmDevice> dm;                ///< by dm uuid
    std::map<std::string, NvmetSubsystem> subsystems;  ///< by NQN
    std::map<std::uint16_t, NvmetPort> ports;          ///< by port id
    std::set<std::string> hosts;                       ///< NQNs under nvmet/hosts
    std::map<std::string, Head> heads;                 ///< by directory
    std::map<std::string, Connection> connections;     ///< by NQN, of whatever host NQN
    std::set<std::string> modules;                     ///< loaded (actual) or needed (desired)
    /// Actual state only: addresses from where somebody is connected to a port; nothing: not known.
    std::optional<std::set<std::string>> peers{};

    bool operator==(const KernelState&) const = default;
};

}  // namespace dnvme::plan
