#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Fences race with every other message, with reloads, with a removal and with an
# unload of the module: no bio is lost, no epoch is taken twice, nothing hangs.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

RELOADS=${DNVME_RELOADS:-8}
TABLE="0 131072 dnvme EPOCH 8 1 /dev/nullb0 0 4 drain_ms 200 mode MODE"

# table MODE
table() {
	sed "s/EPOCH/1/;s/MODE/$1/" <<<"$TABLE"
}

can_be_opened() {
	msg g leg 0 release
	msg g fail_held
	msg g open $(($(status g 1) + 1))
}

epoch() {
	status "$1" 1
}

openers() {
	dmsetup info -c --noheadings -o open "$1" | tr -d ' '
}

# By force an error target takes the gate's place at once; the device goes with its last opener.
is_removed() {
	dmsetup remove --force "$1"
	not dmsetup info "$1"
} >/dev/null 2>&1

# races_end_well: shows what was wrong in them.
races_end_well() {
	wait "$RACERS" && return
	cat "$TMP/races"
	return 1
}

# unload_whenever: takes the module away as soon as nothing uses it, and counts.
unload_whenever() {
	until [ -e "$TMP/enough" ]; do
		rmmod dm-dnvme 2>/dev/null && echo gone
		sleep 0.01
	done >"$TMP/unloads"
}

# fence_in_passing: a gate comes, is fenced and goes; the module may go in between.
fence_in_passing() {
	load_module 2>/dev/null
	dmsetup create u --table "$(table live)" 2>/dev/null || return 1
	dmsetup message u 0 fence 2 >/dev/null && dmsetup remove --retry u
}

gates_come_and_go() {
	local i
	for ((i = 0; i < RELOADS; i++)); do
		wait_for fence_in_passing || return 1
	done
}

begin
leg 0 64 irqmode=2 completion_nsec=1000000 hw_queue_depth=1024 submit_queues="$(nproc)"

check "a gate" create g "$(table live)"
load /dev/mapper/g
check "races of messages with $RELOADS reloads" "$SELF/races.py" g "$TABLE" "$RELOADS"
# A leg that the races left held has bios that no fail_held of a live gate reaches.
check "what the leg holds goes on" msg g leg 0 release
check "every bio of the load was answered" end_load g
check "the gate can be opened" wait_for can_be_opened
same "nothing is in flight or held" "L - 0 0 1 L 0 0" "$(status g 2-9)"
check "a write passes" write_block /dev/mapper/g 5 z
same "to the leg" z "$(read_letter /dev/nullb0 5)"

for mode in live held fenced; do
	check "a gate made $mode" create r "$(table "$mode")"
	load /dev/mapper/r
	"$SELF/races.py" r >"$TMP/races" 2>&1 &
	RACERS=$!
	check "  is raced for" wait_for at_least epoch r 20
	check "  the load has come" wait_for at_least openers r 1
	refused "  is not removed while the load has it open" is_removed r
	check "  nothing was wrong in the races" races_end_well
	kill -INT "$LOAD"
	check "  every bio of the load was answered" wait_for not kill -0 "$LOAD"
	check "  is removed" wait_for is_removed r
done

check "the gate is removed" dmsetup remove --retry g
unload_whenever &
UNLOADER=$!
check "$RELOADS gates come, are fenced and go while the module is unloaded" gates_come_and_go
touch "$TMP/enough"
wait "$UNLOADER"
check "it was unloaded" test -s "$TMP/unloads"
check "the module is loaded again" load_module
finish
