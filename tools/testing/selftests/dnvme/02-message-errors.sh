#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Bad messages: each is refused with its error, logged, and changes nothing.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

# bad ERRNO-TEXT REASON NAME WORDS...
bad() {
	local errno=$1 reason=$2 name=$3 before output
	shift 3
	before=$(status "$name")
	mark
	output=$(msg "$name" "$@" 2>&1) && output="accepted: $output"
	like "refused: $*" "$errno" "$output"
	check "  and the log says why: $reason" logged "$reason"
	same "  and nothing changed" "$before" "$(status "$name")"
	[ $((++SENT % 5)) != 0 ] || spare_the_log
}
SENT=0

# The log takes ten lines in five seconds, and each must be seen: five began before, five follow.
spare_the_log() {
	while [ $((SECONDS - FIVE_BEGAN)) -lt 6 ]; do
		sleep 0.2
	done
	FIVE_BEGAN=$SECONDS
}
FIVE_BEGAN=$SECONDS
INVALID="Invalid argument"
STALE="Stale file handle"
BUSY="Device or resource busy"

begin
leg 0 64
gate g /dev/nullb0
create empty "0 2048 dnvme 7 8 0 0"

bad "$INVALID" "unknown message" g nonsense
bad "$INVALID" "unknown message" g Fence 2
bad "$INVALID" "unknown message" g fenced 2
bad "$INVALID" "wrong number of words" g leg
bad "$INVALID" "wrong number of words" g leg 0
bad "$INVALID" "wrong number of words" g leg 0 hold 1
bad "$INVALID" "no leg of that number" g leg 1 hold
bad "$INVALID" "no leg of that number" g leg x hold
bad "$INVALID" "a leg knows hold, release and fail" g leg 0 open
bad "$INVALID" "wrong number of words" g fence
bad "$INVALID" "wrong number of words" g fence 2 3 4
bad "$INVALID" "wrong number of words" g open
bad "$INVALID" "wrong number of words" g open 2 now
bad "$INVALID" "wrong number of words" g hold 2
bad "$INVALID" "wrong number of words" g release all
bad "$INVALID" "wrong number of words" g fail_held 1
bad "$INVALID" "wrong number of words" g drain
bad "$INVALID" "wrong number of words" g drain 1 2
for number in x +2 02 2x 0x2 2.0 18446744073709551616; do
	bad "$INVALID" "must be a decimal number" g fence "$number"
done
bad "$INVALID" "must be a decimal number" g drain soon
bad "$INVALID" "must be 600000 ms or less" g drain 600001
bad "$INVALID" "must be a decimal number" g fence 2 now
bad "$INVALID" "must be 600000 ms or less" g fence 2 600001
bad "$INVALID" "keeps nothing held" g fail_held
bad "$BUSY" "hold or fence first" g drain 10

bad "$STALE" "epoch must be higher" g fence 0
bad "$STALE" "epoch must be higher" g fence 1
bad "$STALE" "epoch must be higher" g open 1
check "epoch 9 is taken" msg g fence 9
bad "$STALE" "epoch must be higher" g fence 9
bad "$STALE" "epoch must be higher" g fence 8
bad "$STALE" "epoch must be higher" g open 9
bad "$BUSY" "fenced and holds already" g hold
bad "$BUSY" "fenced, open it anew" g release

bad "No such device or address" "there is no leg" empty release
bad "No such device or address" "there is no leg" empty open 8
bad "$INVALID" "no leg of that number" empty leg 0 release
check "the highest epoch is taken" msg g open 18446744073709551615
bad "$STALE" "epoch must be higher" g fence 18446744073709551615
finish
