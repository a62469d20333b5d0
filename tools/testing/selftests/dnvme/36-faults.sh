#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Faults that only a kernel made for it can inject: allocations that fail while a
# table is loaded, requests that fail below, and requests that are never answered.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

FAULTS=/sys/kernel/debug

# armed PLACE TIMES: that many of the next occasions fail.
armed() {
	echo 1 >"$1/interval" && echo 0 >"$1/verbose" && echo "$2" >"$1/times" &&
		echo 100 >"$1/probability"
}

errors() { status "$1" 10; }

begin
[ -d "$FAULTS/failslab" ] || skip "this kernel injects no faults"
leg 0 64
leg 1 64

# Other tasks are spared: only those with a countdown of their own fail.
check "allocations that may sleep can fail" tee "$FAULTS/failslab/ignore-gfp-wait" <<<N
echo 0 >"$FAULTS/failslab/verbose"
create r "0 2048 dnvme 1 8 0 0"
check "a load of 2 legs fails cleanly at each allocation" "$SELF/fail_loads.py" r \
	"0 2048 dnvme 2 8 2 /dev/nullb0 0 /dev/nullb1 0 5 hold_on_error lease_ms 5000 mode held" &&
	remark
check "  and works without a fault" dmsetup reload r --table "$(stripe_table 8 1024 /dev/nullb0 /dev/nullb1)"
check "  the device is removed" dmsetup remove --retry r

gate g /dev/nullb0 hold_on_error
echo 1 >/sys/block/nullb0/make-it-fail
check "a request below is to fail" armed "$FAULTS/fail_make_request" 1
held_writes g "5"
same "its write is held" "L - 0 1 1 H 0 1 1" "$(status g 2-10)"
check "release" msg g leg 0 release
check "it ends well" writes_end_well
echo 0 >/sys/block/nullb0/make-it-fail
check "the gate is removed" dmsetup remove --retry g

TIMEOUT=/sys/kernel/config/nullb/nullb1/timeout_inject
if [ -d "$TIMEOUT" ]; then
	gate t /dev/nullb1 hold_on_error drain_ms 50
	echo 20000 >/sys/block/nullb1/queue/io_timeout
	check "a request below is never answered" armed "$TIMEOUT" 1
	write_block /dev/mapper/t 6 x 2>/dev/null &
	WRITERS=($!)
	check "its write is in flight" wait_for is in_flight t 1
	like "a fence says so" "^2 undrained 1 0 " "$(msg t fence 2)"
	check "the request times out, and the gate has drained" wait_for is receipt t drained
	same "the error is counted, the write held" "1 1" "$(held t) $(errors t)"
	check "fail_held" msg t fail_held
	check "the write sees the error" writes_end_badly
fi
finish
