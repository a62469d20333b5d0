// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "plan/kernel_state.h"

namespace dnvme::plan {

// One step each that the agent can take. Plain data: what a step does to a KernelState is said by
// apply_to(), what it does to the machine by sys::Executor, and both are told in describe()'s
// words.

struct LoadModule {
    std::string module;
};
struct CreateDm {
    DmDevice device;
};
/// Loads another table into a live device: load, suspend (noflush false), resume.
struct ReloadDm {
    DmDevice device;
};
/// Resumes a device that an interrupted reload left suspended.
struct ResumeDm {
    std::string uuid;
};
struct RemoveDm {
    std::string uuid;
    std::string name;
};
/// Writes zeroes, so that metadata of an earlier use is not taken for this one's.
struct WipeDm {
    std::string uuid;
    std::uint64_t offset_bytes = 0;
    std::uint64_t length_bytes = 0;
};
/// Marks the superblock of a raid member, so that the array resyncs the regions that its
/// write-intent bitmap calls dirty: dm-raid by itself forgets them after a crash and the halves
/// stay different.
struct ResyncDirty {
    std::string rmeta_uuid;
};
/// Makes thin volume @ref thin_id in a pool; one that is there already is success.
struct CreateThin {
    std::string pool_uuid;
    std::uint32_t thin_id = 0;
};
struct CreateNvmetHost {
    std::string nqn;
};
struct RemoveNvmetHost {
    std::string nqn;
};
/// Subsystem with attributes, no namespace and no host yet.
struct CreateSubsystem {
    std::string nqn;
    std::string serial;
};
struct RemoveSubsystem {
    std::string nqn;
};
/// Namespace with device and identity, then enabled.
struct CreateNamespace {
    std::string nqn;
    std::uint32_t nsid = 0;
    NvmetNamespace ns;
};
/// Disabled, then removed. Waits for I/O in flight below.
struct RemoveNamespace {
    std::string nqn;
    std::uint32_t nsid = 0;
};
struct AllowHost {
    std::string nqn;
    std::string host_nqn;
};
/// Takes effect for new connections only; CutSubsystem ends the live ones.
struct DisallowHost {
    std::string nqn;
    std::string host_nqn;
};
struct CreatePort {
    NvmetPort port;  ///< its subsystems are linked by LinkSubsystem
};
struct RemovePort {
    std::uint16_t id = 0;
};
struct LinkSubsystem {
    std::uint16_t port = 0;
    std::string nqn;
};
/// Unlinks a subsystem from a port: every connection through it breaks at once (the cut).
struct UnlinkSubsystem {
    std::uint16_t port = 0;
    std::string nqn;
};
/// Store: leg is formatted from here on.
struct MarkFormatted {
    std::string volume_uuid;
    std::string leg_uuid;
};
/// Store: the record of a deleted volume or host goes, last of all.
struct ForgetVolume {
    std::string uuid;
    std::string name;
};
struct ForgetHost {
    std::string uuid;
    std::string name;
};

using Action =
    std::variant<LoadModule, CreateDm, ReloadDm, ResumeDm, RemoveDm, WipeDm, ResyncDirty,
                 CreateThin, CreateNvmetHost, RemoveNvmetHost, CreateSubsystem, RemoveSubsystem,
                 CreateNamespace, RemoveNamespace, AllowHost, DisallowHost, CreatePort, RemovePort,
                 LinkSubsystem, UnlinkSubsystem, MarkFormatted, ForgetVolume, ForgetHost>;

/// One sentence in the imperative, the same for --dry-run, progress and the log:
/// "create dm device dnvme-gate-...: 0 2097152 dnvme 1 8 1 {dm:...} 0 2 drain_ms 3000".
std::string describe(const Action& action);

/// What the action does to a kernel that obeys. Pure; apply_to() over a whole plan turns the
/// actual state into the desired one (a property test holds it to that).
void apply_to(KernelState& state, const Action& action);

}  // namespace dnvme::plan
