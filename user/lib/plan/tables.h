// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "model/cluster.h"
#include "plan/kernel_state.h"

/// The table line of every device in the stack of a volume. Pure.
namespace dnvme::plan {

/// Uuids of the members of a leg that are on other nodes than this.
using RemoteMembers = std::set<std::string>;

/// What whatever stands on a member refers to: its gate, or the device of the connection to it.
std::string member_reference(const v1::LogicalDisk& member, const RemoteMembers& remote);

/// Its slices of its disk.
DmDevice ld_device(const v1::LogicalDisk& member);
/// One leg of a dnvme target over the slice, under the leg's epoch.
DmDevice gate_device(const v1::Leg& leg, const v1::LogicalDisk& member, std::uint32_t drain_ms);
/// The member gates of a raid member: one leg of a dnvme target each, over its superblock and
/// bitmap, and over the rest. They hold what came back with an error.
DmDevice rmeta_device(const v1::Leg& leg, const v1::LogicalDisk& member,
                      const RemoteMembers& remote);
DmDevice rdata_device(const v1::Leg& leg, const v1::LogicalDisk& member,
                      const RemoteMembers& remote);
/// @p gate as it is while an array is built on it: errors are passed up to dm-raid, which would
/// otherwise wait for them, and the agent for dm-raid.
DmDevice for_assembly(DmDevice gate);

/// Uuids of the members of a leg that it does without.
using LeftOut = std::set<std::string>;
DmDevice raid_device(const v1::Leg& leg, v1::Redundancy redundancy, const LeftOut& left_out = {});
/// @p raid without one more of its members.
DmDevice without_member(DmDevice raid, const v1::LogicalDisk& member);
/// @p raid as it is loaded to bring the members @p indices up to date from the others.
DmDevice with_rebuild(DmDevice raid, const std::set<int>& indices);
/// @p raid as it is assembled for the first time. Mirrors need nothing made equal: their metadata
/// is wiped and thin zeroes every block that it hands out. Parity must fit to whatever is on the
/// members, so with parity it stays as it is and md computes all of it; a block that is written
/// meanwhile has its parity at once. Never for a later assembly.
DmDevice for_first_assembly(DmDevice raid, v1::Redundancy redundancy);
/// The two parts of what the leg is built on: the raid device, or the only member.
DmDevice tmeta_device(const v1::Leg& leg, v1::Redundancy redundancy, const RemoteMembers& remote);
DmDevice tdata_device(const v1::Leg& leg, v1::Redundancy redundancy, const RemoteMembers& remote);
/// A pool that cannot hand out a block fails the write: the data area is as large as the thin
/// volume, so this means damage, and I/O that waits for somebody to enlarge the pool would wait for
/// ever.
DmDevice pool_device(const v1::Leg& leg);
DmDevice thin_device(const v1::Leg& leg);
/// What a front reads and writes a leg through, if the volume has a lease: one leg of a dnvme
/// target over the thin volume, which probes all members of the array.
DmDevice lease_device(const v1::Leg& leg, const LeftOut& left_out);
/// The front of one controller, under the volume's epoch: the owner's is the stripe over the legs,
/// live; every other has no leg and holds.
DmDevice front_device(const v1::Volume& volume, std::uint32_t controller, std::uint32_t drain_ms);

/// The kernel module with the code of this redundancy. Precondition: there is raid.
const char* raid_module(v1::Redundancy redundancy);

/// All of a member at its controllers' node, each after those that it stands on.
std::vector<DmDevice> member_devices(const v1::Leg& leg, const v1::LogicalDisk& member,
                                     v1::Redundancy redundancy, const RemoteMembers& remote,
                                     std::uint32_t drain_ms);

/// All of a leg at its controllers' node, each after those that it stands on.
std::vector<DmDevice> leg_devices(const v1::Leg& leg, v1::Redundancy redundancy,
                                  const RemoteMembers& remote, const LeftOut& left_out,
                                  std::uint32_t drain_ms);

/// Bytes at the start of a member that must be zero before its leg is built for the first time:
/// dm-raid and dm-thin take them for a superblock otherwise.
std::uint64_t wiped_bytes(v1::Redundancy redundancy);

}  // namespace dnvme::plan
