#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Polled I/O through a gate: it ends, whatever becomes of the gate meanwhile.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

IOS=${DNVME_POLLED_IOS:-2000}

# Reads and writes whose ends nobody announces.
POLLED=(fio --name=polled --filename=/dev/mapper/g --direct=1 --rw=randrw --bs=4k --iodepth=8
	--ioengine=io_uring --hipri --norandommap --thread)

polled() {
	"${POLLED[@]}" --number_ios="$IOS"
}

polled_load() {
	"${POLLED[@]}" --time_based --runtime=1000 >"$TMP/polled" 2>&1 &
	LOAD=$!
}

is_held() { [ "$(held g)" -ge 1 ]; }

begin
# With memory, null_blk would allocate where it must not while it is polled.
leg 0 64 memory_backed=0 irqmode=0 submit_queues=1 poll_queues=1
[ "$(cat /sys/block/nullb0/queue/io_poll)" = 1 ] || skip "null_blk does not poll"
gate g /dev/nullb0
[ "$(queue_limit g io_poll)" = 1 ] || skip "this kernel's device-mapper does not poll"

check "$IOS polled I/Os" polled

polled_load
check "polled I/O is in flight" wait_for at_least in_flight g 1
check "hold" msg g hold
check "polled I/O is held" wait_for is_held
check "release" msg g release
check "it came back" end_load g

polled_load
check "polled I/O is in flight" wait_for at_least in_flight g 1
like "fence" "^2 drained " "$(msg g fence 2)"
check "polled I/O is held" wait_for is_held
check "it came back" end_load g
same "nothing is left" "F drained 0 0" "$(status g 2-5)"
check "open" msg g open 3
check "$IOS polled I/Os" polled
finish
