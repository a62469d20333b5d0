#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is held leaves in order of arrival, or fails; nothing of it leaks before.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

BLOCKS="7 3 11 0 9 1"
COUNT=$(wc -w <<<"$BLOCKS")

begin
leg 0 64
leg 1 64
gate g /dev/nullb0

check "hold" msg g hold
same "the state is held, without a receipt" "H -" "$(state g) $(receipt g)"
trace_start /dev/nullb0
held_writes g "$BLOCKS"
same "every write is held" "$COUNT" "$(held g)"
same "and counted for its leg" "H 0 $COUNT 0" "$(status g 7-10)"
same "nothing has reached the leg" "" "$(trace_stop)"

trace_start /dev/nullb0
check "release" msg g release
check "every write ends well" writes_end_well
same "the writes were issued in order of arrival" "$(as_sectors "$BLOCKS")" "$(written_sectors)"
same "the gate is live, nothing held" "L - 0 0" "$(status g 2-5)"

check "hold again" msg g hold
trace_start /dev/nullb0
held_writes g "$BLOCKS"
mark
check "fail_held" msg g fail_held
check "every write failed" writes_end_badly
check "the log says how many" logged "failed $COUNT held bios"
same "still held, and empty" "H - 0 0" "$(status g 2-5)"
check "release of nothing" msg g release
same "nothing of it has reached the leg" "" "$(trace_stop)"

check "hold with open: hold" msg g hold
trace_start /dev/nullb0
held_writes g "$BLOCKS"
check "open releases a held gate" msg g open 2
check "every write ends well" writes_end_well
same "in order of arrival" "$(as_sectors "$BLOCKS")" "$(written_sectors)"
same "under the new epoch" "2 L" "$(status g 1-2)"

create s "$(stripe_table 8 1024 /dev/nullb0 /dev/nullb1)"
msg s hold
held_writes s "0 1 3 5"
same "a stripe counts for each leg" "4 2 H 0 1 0 H 0 3 0" "$(status s 5-14)"
msg s release
check "and releases all" writes_end_well
finish
