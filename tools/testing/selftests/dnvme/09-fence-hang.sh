#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A fence while a leg hangs says so in bounded time; draining is noticed later.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

busy() {
	[[ $("$@" 2>&1) == *"Device or resource busy"* ]]
}

begin
leg 0 64
create below "0 $(sectors /dev/nullb0) linear /dev/nullb0 0"
gate g /dev/mapper/below drain_ms 300

check "the leg hangs" dmsetup suspend --noflush below
write_block /dev/mapper/g 5 x &
WRITERS=($!)
check "a write is in flight" wait_for is in_flight g 1
like "fence answers undrained, with what was in flight" "^2 undrained 1 0 [0-9]+$" "$(msg g fence 2)"
same "the status says so too" "2 F undrained 1 0" "$(status g 1-5)"
like "a second fence raises the epoch, still undrained" "^3 undrained 1 0 " "$(msg g fence 3)"
like "a fence with a bound of its own too" "^4 undrained 1 0 " "$(msg g fence 4 0)"
like "drain is bounded as well" "^4 undrained 1 0 " "$(msg g drain 100)"
like "drain 0 does not wait" "^4 undrained 1 0 " "$(msg g drain 0)"
mark
check "open is refused while it drains" busy msg g open 5
check "  and the log says why" logged "still draining"

write_block /dev/mapper/g 6 y 2>/dev/null &
LATE=$!
check "what arrives now is held" wait_for is held g 1
msg g drain 60000 >"$TMP/drain" &
DRAIN=$!
check "the leg comes back" dmsetup resume below
wait "$DRAIN"
like "a waiting drain sees the end" "^4 drained [01] 1 " "$(cat "$TMP/drain")"
check "the stuck write ends well" writes_end_well
same "the receipt is drained now" "4 F drained 0 1" "$(status g 1-5)"

mark
check "open is refused while bios are held" busy msg g open 5
check "  and the log says what to do" logged "fail_held first"
check "fail_held" msg g fail_held
refused "the late write failed" wait "$LATE"
same "it never reached the leg" 0 "$(read_letter /dev/nullb0 6)"
same "the earlier one did" x "$(read_letter /dev/nullb0 5)"
check "now open is accepted" msg g open 5
check "and a write passes" write_block /dev/mapper/g 6 z
same "to the leg" z "$(read_letter /dev/nullb0 6)"

check "the leg hangs again" dmsetup suspend --noflush below
write_block /dev/mapper/g 7 a &
WRITERS=($!)
wait_for is in_flight g 1
like "another fence" "^6 undrained 1 0 " "$(msg g fence 6)"
check "the leg comes back" dmsetup resume below
check "the receipt turns to drained by itself" wait_for is receipt g drained
check "the write ends well" writes_end_well
finish
