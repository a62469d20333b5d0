#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is queued waits in order, and fails only as the user has said: time-out, number of tries,
# removal of the head.

# shellcheck source=tools/testing/selftests/nvme-mpath-ext/heads.sh
. "$(dirname "$(readlink -f "$0")")/heads.sh"

lose_both() {
	break_lane a && break_lane b && { write_block "$DISK" 0 l & } && wait_for queues h 1
}

# Where a probe reads, all is well.
break_all_but_first() {
	replace "$1" "0 8 linear /dev/nullb0 0
8 $((SIZE_MIB * 2048 - 8)) error"
}

begin
check "a head with two paths" two_lanes h failover_interval_ms=0 max_tries=0
check "both are lost" lose_both
same "the head is down" down "$(of h state)"
for block in 7 3 9 1 5; do
	write_block "$DISK" "$block" "$block" &
	before=$((${before:-1} + 1))
	wait_for queues h "$before"
done
same "six are queued" 6 "$(of h queued)"
trace_start /dev/nullb0
check "a path is mended" mend_lane b
wait
same "they were sent in order of arrival" "0 56 24 72 8 40" \
	"$(trace_stop | awk '$2 ~ /^W/ { print $3 }' | paste -sd ' ')"
same "and are there" 9 "$(read_letter "$DISK" 9)"
mend_lane a

check "a time-out for what is queued" put h queue_timeout_ms=1500
break_lane a && break_lane b
like "a write fails with it" "Connection timed out" "$(LC_ALL=C write_block "$DISK" 0 t 2>&1)"
same "it is counted" 1 "$(of h failed)"
put h queue_timeout_ms=0
write_block "$DISK" 2 u &
check "without one it waits" wait_for queues h 1
check "until it gets one" put h queue_timeout_ms=100
refused "then it fails" wait $!
check "the paths are mended" eval "mend_lane a; mend_lane b; put h queue_timeout_ms=0"
check "the head is up" wait_for is_up h

check "two tries" put h max_tries=2
check "a and b fail all but the first block" eval "break_all_but_first a; break_all_but_first b"
refused "a write fails after both were tried" write_block "$DISK" 9 v
check "block 0 can still be written" write_block "$DISK" 0 w
check "the paths are mended" eval "mend_lane a; mend_lane b; put h max_tries=0"

check "the head is up" wait_for is_up h
can_wait_not() { [ "$(nowait_on "$DISK" read)" = ok ]; }
check "and has seen what the mended paths can do" wait_for can_wait_not
check "both paths are taken away" eval "put h/paths/a enable=0; put h/paths/b enable=0"
check "they are off" wait_for path_is h b off
same "what must not wait does not" EAGAIN "$(nowait_on "$DISK" write)"
check "they are added again" eval "put h/paths/a enable=1; put h/paths/b enable=1"
check "the head is up" wait_for is_up h
check "both are lost" lose_both
writer=$!
check "the head is removed while I/O waits" put h enable=0
refused "which fails" wait "$writer"
check "the disk is gone" not test -e "/sys/block/$(basename "$DISK")"
end
