#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An error below is held until somebody decides: retried, or passed up.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

SECTORS=131072

# exchange_below TABLE: what the first leg does from now on.
exchange_below() {
	dmsetup suspend --noflush below && dmsetup reload below --table "$1" && dmsetup resume below
}

leg_fails() { exchange_below "0 $SECTORS error"; }
leg_works() { exchange_below "0 $SECTORS linear /dev/nullb0 0"; }

errors() { status "$1" 10; }

begin
leg 0 64
leg 1 64
create below "0 $SECTORS linear /dev/nullb0 0"
create s "0 $((SECTORS * 2)) dnvme 1 8 2 /dev/mapper/below 0 /dev/nullb1 0 1 hold_on_error"

check "the first leg fails" leg_fails
held_writes s "0 4 2"
same "failed and following writes are held there" "L - 0 3 2 H 0 3 1" "$(status s 2-10)"
check "the other leg goes on" write_block /dev/mapper/s 1 o
same "with what was written" o "$(read_letter /dev/nullb1 0)"

check "a retry that fails again" msg s leg 0 release
check "is held again" wait_for at_least errors s 2
check "with all the others" wait_for is held s 3

check "the first leg works again" leg_works
check "release" msg s leg 0 release
check "the writes end well" writes_end_well
same "they are on the leg" "w w w" \
	"$(read_letter /dev/nullb0 0) $(read_letter /dev/nullb0 1) $(read_letter /dev/nullb0 2)"
same "which is live" "L 0 0" "$(status s 7-9)"

check "the first leg fails" leg_fails
held_writes s "6 8"
mark
check "leg 0 fail" msg s leg 0 fail
check "the writes see the error" writes_end_badly
check "the log says how many" logged "failed 2 held bios"
same "the leg is dead" "L - 0 0 2 D 0 0" "$(status s 2-9)"
refused "a write to it fails at once" write_block /dev/mapper/s 6 x
check "the other leg goes on" write_block /dev/mapper/s 7 x
check "the first leg works again" leg_works
check "release ends its death" msg s leg 0 release
check "a write passes" write_block /dev/mapper/s 6 y

check "leg 1 hold" msg s leg 1 hold
held_writes s "9"
same "holds only there" "L 0 0 H 0 1" "$(status s 7-9) $(status s 11-13)"
check "and the first leg goes on" write_block /dev/mapper/s 8 x
check "leg 1 release" msg s leg 1 release
check "the write ends well" writes_end_well

# Held after an error, exchanged for a leg that works.
check "the first leg fails" leg_fails
held_writes s "10 12"
check "the leg is exchanged" dmsetup suspend --noflush s
check "  reload" dmsetup reload s \
	--table "0 $((SECTORS * 2)) dnvme 2 8 2 /dev/nullb0 0 /dev/nullb1 0 1 hold_on_error"
check "  resume" dmsetup resume s
check "the held writes end well" writes_end_well
same "on the new leg" w "$(read_letter /dev/nullb0 5)"

# What failed before a fence is held by the fence, and only fails.
create g "0 1024 dnvme 1 8 1 /dev/mapper/below 65536 1 hold_on_error"
held_writes g "1"
like "fence" "^2 drained 0 1 " "$(msg g fence 2)"
check "the leg works again" leg_works
check "leg 0 release on a fenced gate" msg g leg 0 release
same "issues nothing" "F drained 0 1" "$(status g 2-5)"
refused "an open has to wait for fail_held" msg g open 3
check "fail_held" msg g fail_held
check "the write sees the error" writes_end_badly
same "and never reached the leg" 0 "$(read_letter /dev/nullb0 $((65536 / 8 + 1)))"
finish
