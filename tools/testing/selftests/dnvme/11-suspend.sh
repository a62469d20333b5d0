#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# No suspend hangs on held bios and none loses one: pushed back, or failed.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

BLOCKS="9 2 6 1"
COUNT=$(wc -w <<<"$BLOCKS")

begin
leg 0 64
create below "0 $(sectors /dev/nullb0) linear /dev/nullb0 0"
gate g /dev/mapper/below

msg g hold
held_writes g "$BLOCKS"
trace_start /dev/nullb0
check "noflush suspend of a held gate" dmsetup suspend --noflush g
same "nothing is held in the target meanwhile" 0 "$(held g)"
check "resume" dmsetup resume g
check "they are held again" wait_for is held g "$COUNT"
same "nothing has reached the leg" "" "$(trace_stop)"
trace_start /dev/nullb0
msg g release
check "released, they end well" writes_end_well
same_again "in order of arrival" "$(as_sectors "$BLOCKS")" "$(written_sectors)"

msg g hold
held_writes g "$BLOCKS"
mark
check "a flushing suspend of a held gate ends" dmsetup suspend g
check "the held writes failed" writes_end_badly
check "the log says how many" logged "failed $COUNT held bios"
check "resume" dmsetup resume g
same "it is still held" "H - 0 0" "$(status g 2-5)"
held_writes g "$BLOCKS"
same "and holds again" "$COUNT" "$(held g)"
msg g release
check "to release later" writes_end_well

check "a fence while suspended: suspend" dmsetup suspend --noflush g
like "fence" "^2 drained 0 0 " "$(msg g fence 2)"
check "resume" dmsetup resume g
write_block /dev/mapper/g 4 f 2>/dev/null &
WRITERS=($!)
check "the gate is fenced" wait_for is held g 1
mark
check "a noflush suspend of a fenced gate ends" dmsetup suspend --noflush g
check "its held write failed: it must never reach the leg" writes_end_badly
check "resume" dmsetup resume g
check "open" msg g open 3
same "it did not" 0 "$(read_letter /dev/nullb0 4)"

# A leg that hangs keeps the suspend waiting; a signal ends it.
check "an interrupted suspend: the leg hangs" dmsetup suspend --noflush below
write_block /dev/mapper/g 20 s &
STUCK=$!
wait_for is in_flight g 1
msg g hold
held_writes g "$BLOCKS"
dmsetup suspend --noflush g 2>/dev/null &
SUSPEND=$!
check "the held writes are pushed back" wait_for is held g 0
kill -KILL "$SUSPEND"
wait "$SUSPEND" 2>/dev/null
check "interrupted, they come back and are held" wait_for is held g "$COUNT"
check "the leg comes back" dmsetup resume below
check "the stuck write ends well" wait "$STUCK"
msg g release
check "and so do the held ones" writes_end_well

msg g hold
held_writes g "0 1"
check "a held gate is removed by force" dmsetup remove --force --retry g
check "its writes failed" writes_end_badly
finish
