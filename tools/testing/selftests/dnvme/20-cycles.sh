#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Many tables come and go and leave no memory behind.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

CYCLES=${DNVME_CYCLES:-30}

percpu_kib() {
	awk '$1 == "Percpu:" { print $2 }' /proc/meminfo
}

# Each is constructed and, by the next or at the end, destroyed.
tables() {
	local i
	for ((i = 0; i < CYCLES; i++)); do
		dmsetup reload r --table "0 1024 dnvme $i 8 64 $LEGS64 2 mode held" || return 1
	done
	dmsetup clear r
}

# Failed constructors give back what they had taken, too.
bad_tables() {
	local i
	for ((i = 0; i < CYCLES; i++)); do
		dmsetup reload r --table "0 1024 dnvme $i 8 64 $LEGS63 /dev/none 0 0" 2>/dev/null && return 1
	done
	return 0
}

devices() {
	local i
	for ((i = 0; i < CYCLES / 10; i++)); do
		dmsetup create c --table "0 1024 dnvme 1 8 64 $LEGS64 0" || return 1
		write_block /dev/mapper/c 1 x || return 1
		dmsetup message c 0 fence 2 >/dev/null || return 1
		dmsetup remove --retry c || return 1
	done
}

begin
leg 0 64
LEGS63=$(printf '/dev/nullb0 %d ' {0..62})
LEGS63=${LEGS63% }
LEGS64="$LEGS63 /dev/nullb0 63"
create r "0 1024 dnvme 1 8 0 0"
tables
before=$(percpu_kib)
check "$CYCLES tables come and go" tables
check "$CYCLES constructors fail" bad_tables
check "$((CYCLES / 10)) devices come and go" devices
# The counters of 60 tables with 64 legs are more than 7 pages for each CPU; some 4 are spare.
check "per-CPU memory has not grown" test "$(percpu_kib)" -le $((before + 8))
same "only our own devices are left" r "$(dmsetup ls | cut -f1)"
finish
