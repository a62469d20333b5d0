// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dnvme/v1/records.pb.h"

/// A change of owner between nodes, step by step: v1::Handover. Pure. All changes are to be written
/// by compare-and-swap.
///
/// The node of the owner before lets go; then the gates of all members are fenced, each by the node
/// of its disk, which records the receipt; the node of the new owner builds upon members that have
/// theirs, and starts when all that are in-sync do (L1, L3).
namespace dnvme::model {

/// Milliseconds after which the gate of a leg holds all I/O while some member of the array does not
/// answer (L5). All nodes have to mean the same: the next owner waits for as long.
inline constexpr std::uint32_t kLeaseMs = 5000;
/// Whether its legs have such gates: its owner may be replaced by one on another node, and has
/// copies that it could go on reading.
bool has_lease(const v1::Volume& volume);

/// Whether the owner before has let go or is not waited for. True where there was no handover.
bool has_let_go(const v1::Volume& volume);
/// Whether nothing that an owner before wrote can reach the member any more. True of one that was
/// made later.
bool is_fenced_off(const v1::Volume& volume, const v1::LogicalDisk& member);
/// Whether the legs are the owner's: all members that are in-sync are fenced off.
bool is_handed_over(const v1::Volume& volume);

/// Whether the owner after a handover can start the leg while only the members with true in @p
/// there have receipts, or can give any. Parity needs all that are in-sync.
bool is_enough(const v1::Volume& volume, const v1::Leg& leg, const std::vector<bool>& there);

/// Whether the owner may change. An owner that was not waited for has to let go first: it may still
/// have what it built, and would take that for its own if it were the owner again.
bool may_hand_over(const v1::Volume& volume);

/// For change_owner(), before the owner changes to @p owner. Where an owner before has yet to let
/// go, it is still that one which has to; if it is to be the owner again, it keeps what it has.
void hand_over(v1::Volume& volume, std::uint32_t owner);
/// Notes when a handover that has just begun, if one has, was decided, and since when the node was
/// lost that is the reason; 0: none is. Times as in v1::Handover, here and below.
void record_decision(v1::Volume& volume, std::int64_t now_unix_ms, std::int64_t lost_unix_ms = 0);
/// The owner before has let go: from here on the legs are another one's, under another epoch.
/// Precondition: there is a handover.
void record_let_go(v1::Volume& volume, std::int64_t now_unix_ms = 0);
/// The owner before is not waited for. Precondition: as record_let_go().
void force_handover(v1::Volume& volume);
/// Precondition: as record_let_go().
void record_receipt(v1::Volume& volume, const std::string& member_uuid,
                    std::int64_t now_unix_ms = 0);
/// The new owner serves. Precondition: as record_let_go().
void record_served(v1::Volume& volume, std::int64_t now_unix_ms);
/// Whether that has yet to be recorded.
bool lacks_served(const v1::Volume& volume);

}  // namespace dnvme::model
