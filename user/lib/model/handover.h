// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "dnvme/v1/records.pb.h"

/// A change of owner between nodes, step by step: v1::Handover. Pure. All changes are to be written
/// by compare-and-swap.
///
/// The node of the owner before lets go; then the gates of all members are fenced, each by the node
/// of its disk, which records the receipt; the node of the new owner builds upon members that have
/// theirs, and starts when all that are in-sync do (L1, L3).
namespace dnvme::model {

/// Whether the owner before has let go or is not waited for. True where there was no handover.
bool has_let_go(const v1::Volume& volume);
/// Whether nothing that an owner before wrote can reach the member any more. True of one that was
/// made later.
bool is_fenced_off(const v1::Volume& volume, const v1::LogicalDisk& member);
/// Whether the legs are the owner's: all members that are in-sync are fenced off.
bool is_handed_over(const v1::Volume& volume);

/// Whether the owner may change. An owner that was not waited for has to let go first: it may still
/// have what it built, and would take that for its own if it were the owner again.
bool may_hand_over(const v1::Volume& volume);

/// For change_owner(), before the owner changes to @p owner. Where an owner before has yet to let
/// go, it is still that one which has to; if it is to be the owner again, it keeps what it has.
void hand_over(v1::Volume& volume, std::uint32_t owner);
/// The owner before has let go: from here on the legs are another one's, under another epoch.
/// Precondition: there is a handover.
void record_let_go(v1::Volume& volume);
/// The owner before is not waited for. Precondition: as record_let_go().
void force_handover(v1::Volume& volume);
/// Precondition: as record_let_go().
void record_receipt(v1::Volume& volume, const std::string& member_uuid);

}  // namespace dnvme::model
