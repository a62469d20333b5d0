#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A fence of a gate whose leg answers late: with patience it waits for the last
# bio and then none can follow, without it says so and the receipt comes later.
# dm-delay has taken the bios, and lets them go when it is suspended.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

SECTORS=131072
BLOCKS="5 6 7 8"
COUNT=$(wc -w <<<"$BLOCKS")

# writes_in_flight NAME LETTER: a write for each block, all of them below the gate.
writes_in_flight() {
	local block
	WRITERS=()
	for block in $BLOCKS; do
		write_block "/dev/mapper/$1" "$block" "$2" &
		WRITERS+=($!)
	done
	wait_for is in_flight "$1" "$COUNT"
}

letters() {
	local block
	for block in $BLOCKS; do printf '%s' "$(read_letter /dev/nullb0 "$block")"; done
}

let_go() {
	dmsetup suspend --noflush slow && dmsetup resume slow
}

begin
modprobe dm-delay || skip "the kernel has no dm-delay"
leg 0 64
create slow "0 $SECTORS delay /dev/nullb0 0 0 /dev/nullb0 0 600000"
gate patient /dev/mapper/slow drain_ms 600000
gate hasty /dev/mapper/slow drain_ms 50

check "$COUNT writes are on their way" writes_in_flight patient a
msg patient fence 2 >"$TMP/fence" &
FENCE=$!
check "a fence with patience" wait_for is state patient F
same "none has arrived" "0000" "$(letters)"
check "the leg lets them go" let_go
wait "$FENCE"
like "it answers" "^2 drained $COUNT 0 " "$(cat "$TMP/fence")"
same "all have arrived" "aaaa" "$(letters)"
check "they end well" writes_end_well

check "$COUNT writes are on their way" writes_in_flight hasty b
like "a fence without patience" "^2 undrained $COUNT 0 " "$(msg hasty fence 2)"
same "they have not arrived" "aaaa" "$(letters)"
refused "an open has to wait" msg hasty open 3
check "the leg lets them go" let_go
check "the receipt turns to drained" wait_for is receipt hasty drained
same "all have arrived" "bbbb" "$(letters)"
check "they end well" writes_end_well
check "now an open is accepted" msg hasty open 3

check "$COUNT writes are on their way" writes_in_flight hasty c
check "hold" msg hasty hold
msg hasty drain 600000 >"$TMP/drain" &
DRAIN=$!
check "the leg lets them go" let_go
wait "$DRAIN"
like "drain answers" "^3 drained [0-$COUNT] 0 " "$(cat "$TMP/drain")"
same "all have arrived" "cccc" "$(letters)"
check "they end well" writes_end_well
finish
