// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "base/result.h"
#include "plan/action.h"
#include "plan/kernel_state.h"
#include "sys/config_fs.h"

namespace dnvme::sys {

/// What of nvmet is ours.
struct NvmetState {
    std::map<std::string, plan::NvmetSubsystem> subsystems;
    std::map<std::uint16_t, plan::NvmetPort> ports;
    std::set<std::string> hosts;
};

/// The one door to the NVMe target's configuration. What fails half-way is undone.
///
/// What is ours: subsystems by their model "dnvme". Ports by a mark, a referral called "dnvme"
/// which is never enabled and so never told to anybody: a port says nothing about its maker, and
/// one that a crash left without any subsystem must still be known. A port of somebody else to
/// which one of our subsystems is linked is shown too, so that the link can be cut, but never
/// removed. Hosts: all names. They are safe to share: an entry grants nothing by itself, and the
/// kernel refuses to remove one that any subsystem allows.
class NvmetConfigfs {
  public:
    /// @p root: /sys/kernel/config/nvmet but in tests.
    NvmetConfigfs(ConfigFs& fs, Path root) : fs_(fs), root_(std::move(root)) {}

    /// Empty if the module is not loaded.
    Result<NvmetState> probe();

    Status create_host(const std::string& nqn);
    /// Success if a subsystem that is not ours still uses the entry.
    Status remove_host(const std::string& nqn);
    Status create_subsystem(const std::string& nqn, const std::string& serial,
                            model::ControllerIds ids = {});
    Status remove_subsystem(const std::string& nqn);
    Status create_namespace(const std::string& nqn, std::uint32_t nsid,
                            const plan::NvmetNamespace& ns);
    /// The kernel does not tell which size hosts were told: remembered here, not known of a
    /// namespace that was made before.
    Status announce_size(const plan::AnnounceSize& a);
    /// Waits for I/O in flight below.
    Status remove_namespace(const std::string& nqn, std::uint32_t nsid);
    Status allow_host(const std::string& nqn, const std::string& host_nqn);
    Status disallow_host(const std::string& nqn, const std::string& host_nqn);
    Status create_port(const plan::NvmetPort& port);
    Status remove_port(std::uint16_t id);
    Status set_access(std::uint16_t port, bool inaccessible);
    Status link(std::uint16_t port, const std::string& nqn);
    Status unlink(std::uint16_t port, const std::string& nqn);

  private:
    struct Attribute {
        std::string name;
        std::string value;
    };
    [[nodiscard]] Path host(const std::string& nqn) const { return root_ / "hosts" / nqn; }
    [[nodiscard]] Path subsystem(const std::string& nqn) const;
    [[nodiscard]] Path ns_dir(const std::string& nqn, std::uint32_t nsid) const;
    [[nodiscard]] Path port_dir(std::uint16_t id) const;

    Status need_nvmet() const;
    Status write_all(const Path& dir, const std::vector<Attribute>& attributes);
    /// Makes @p dir or takes over one that a crash left bare.
    Status make_bare_dir(const Path& dir, const std::vector<std::string>& content);
    /// Takes @p dir away again after @p failed.
    Status undo_dir(const Path& dir, Status failed);
    Status fill_port(const Path& dir, const plan::NvmetPort& port);

    [[nodiscard]] Result<bool> is_ours(const std::string& nqn) const;
    [[nodiscard]] Result<bool> our_subsystem_allows(const std::string& host_nqn) const;
    Status probe_subsystems(NvmetState& state) const;
    Status probe_ports(NvmetState& state) const;
    [[nodiscard]] Result<plan::NvmetSubsystem> read_subsystem(const std::string& nqn) const;
    [[nodiscard]] Result<plan::NvmetNamespace> read_namespace(const Path& dir) const;
    [[nodiscard]] Result<plan::NvmetPort> read_port(std::uint16_t id) const;

    ConfigFs& fs_;
    Path root_;
    std::map<Path, std::uint64_t> announced_;  ///< bytes, by directory of the namespace
};

}  // namespace dnvme::sys
