// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>

#include "dnvme/v1/records.pb.h"
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
/// Fences a front, or the gate of a member, and succeeds only with its receipt `drained`: nothing
/// that it admitted reaches what is below it any more (L1). One that is fenced already is only
/// waited for.
struct Fence {
    std::string uuid;
    std::uint64_t epoch = 0;
    std::uint32_t drain_ms = 0;
};
/// Fails what a front holds. Behind a cut: the answers go nowhere.
struct FailHeld {
    std::string uuid;
};
/// Resumes a device that an interrupted reload left suspended. Its table stays.
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
/// The same on a logical disk of another node.
struct WipeRemote {
    std::string logical_disk;  ///< uuid
    std::uint64_t offset_bytes = 0;
    std::uint64_t length_bytes = 0;
};
/// Marks the superblock of a raid member, so that the array resyncs the regions that its
/// write-intent bitmap calls dirty: dm-raid by itself forgets them after a crash and the halves
/// stay different.
struct ResyncDirty {
    std::string rmeta_uuid;
};
/// Fails what a member gate holds and whatever it gets from then on: dm-raid goes on without that
/// member, which the store has as stale by then. Of the gate of a leg that goes: whatever waits for
/// a lease that nobody will get any more.
struct FailMember {
    std::string uuid;
};
/// Sends what a member gate holds once more.
struct ReleaseMember {
    std::string uuid;
};
/// Succeeds only if dm-raid has failed no member of the array while it was assembled.
struct CheckRaid {
    std::string uuid;
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
    model::ControllerIds ids{};
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
/// Has the kernel look how large the device is by now; hosts hear of it if that has changed.
struct AnnounceSize {
    std::string nqn;
    std::uint32_t nsid = 0;
    std::uint64_t size_bytes = 0;
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
/// What a port tells hosts of the namespaces behind it: see NvmetPort.
struct SetAccess {
    std::uint16_t port = 0;
    bool inaccessible = false;
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
/// Connects, and waits a moment for the device of the logical disk.
struct Connect {
    Connection connection;
};
/// Ends what connections there are. Nothing stands on the device any more.
struct Disconnect {
    std::string nqn;
    std::string host_nqn;
};
/// A head with its attributes, no path yet, not enabled.
struct CreateHead {
    std::string head;
    std::map<std::string, std::string> attributes;
};
struct SetHead {
    std::string head;
    std::string attribute;
    std::string value;
};
/// Makes the disk. One path at least is enabled.
struct EnableHead {
    std::string head;
};
/// Takes the disk away, open or not; what is queued fails, what is in flight is waited for.
struct DisableHead {
    std::string head;
};
struct RemoveHead {
    std::string head;
};
/// A path without a device yet.
struct CreatePath {
    std::string head;
    std::string path;
    std::string identity;
    std::uint32_t priority = 0;
};
struct SetPriority {
    std::string head;
    std::string path;
    std::uint32_t priority = 0;
};
/// Opens the device, which must be free, and checks that it is what the head is about.
struct EnablePath {
    std::string head;
    std::string path;
    std::string device;
};
/// What is in flight on it may finish.
struct DisablePath {
    std::string head;
    std::string path;
};
struct RemovePath {
    std::string head;
    std::string path;
};
/// Store: leg is formatted from here on.
struct MarkFormatted {
    std::string volume_uuid;
    std::string leg_uuid;
};
/// Store: a member has another state of sync from here on. Refused if it is not @ref from any more,
/// if too few members would be left in-sync, or if the owner has changed since @ref epoch of the
/// volume.
struct RecordMember {
    std::string volume_uuid;
    std::uint64_t epoch = 0;
    std::string leg_uuid;
    std::string member_uuid;
    v1::LogicalDisk::Sync from = v1::LogicalDisk::SYNC_UNSPECIFIED;
    v1::LogicalDisk::Sync to = v1::LogicalDisk::SYNC_UNSPECIFIED;
    v1::LogicalDisk::Trouble trouble = v1::LogicalDisk::TROUBLE_UNSPECIFIED;
    std::string where;  ///< "disk d2 on node n1"
};
/// Store: nothing that an owner before wrote can reach the member any more. Refused if the owner
/// has changed since @ref epoch of the volume.
struct RecordReceipt {
    std::string volume_uuid;
    std::uint64_t epoch = 0;
    std::string member_uuid;
    std::string where;  ///< "disk d2 on node n1"
};
/// Store: this node, whose controller owned the volume before, has nothing of its legs any more.
/// Refused as RecordReceipt.
struct RecordLetGo {
    std::string volume_uuid;
    std::uint64_t epoch = 0;
    std::string volume;  ///< name
};
/// Store: this node, whose controller is the new owner of the volume, serves it. Refused as
/// RecordReceipt.
struct RecordServed {
    std::string volume_uuid;
    std::uint64_t epoch = 0;
    std::string volume;  ///< name
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
struct ForgetHead {
    std::string uuid;
    std::string name;
};

using Action =
    std::variant<LoadModule, CreateDm, ReloadDm, Fence, FailHeld, ResumeDm, RemoveDm, WipeDm,
                 WipeRemote, ResyncDirty, FailMember, ReleaseMember, CheckRaid, CreateThin,
                 CreateNvmetHost, RemoveNvmetHost, CreateSubsystem, RemoveSubsystem,
                 CreateNamespace, AnnounceSize, RemoveNamespace, AllowHost, DisallowHost,
                 CreatePort, RemovePort, SetAccess, LinkSubsystem, UnlinkSubsystem, Connect,
                 Disconnect, CreateHead, SetHead, EnableHead, DisableHead, RemoveHead, CreatePath,
                 SetPriority, EnablePath, DisablePath, RemovePath, MarkFormatted, RecordMember,
                 RecordReceipt, RecordLetGo, RecordServed, ForgetVolume, ForgetHost, ForgetHead>;

/// One sentence in the imperative, the same for --dry-run, progress and the log:
/// "create dm device dnvme-gate-...: 0 2097152 dnvme 1 8 1 {dm:...} 0 2 drain_ms 3000".
std::string describe(const Action& action);

/// What the action does to a kernel that obeys. Pure; apply_to() over a whole plan turns the
/// actual state into the desired one (a property test holds it to that).
void apply_to(KernelState& state, const Action& action);

}  // namespace dnvme::plan
