#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# With write_through an acknowledged write survives a power cut, with all that is
# needed to find it again: above a disk with a cache, and above a thin volume.
# Without it some are lost, which shows that the test can tell.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

WRITES=${DNVME_WRITES:-64}
# Each write goes to a block of the pool that was not there before.
POOL_BLOCK=128
LEN=$((WRITES * POOL_BLOCK))
DATA=/dev/nullb0 META=/dev/nullb1
DATA_LOG=/dev/nullb2 META_LOG=/dev/nullb3
DATA_AFTER=/dev/nullb4 META_AFTER=/dev/nullb5
TRIAL=0

# stamps write|count DEV [LOG...]
stamps() {
	"$SELF/stamps.py" "$1" "$2" "$TRIAL" "$WRITES" $((POOL_BLOCK * 512)) "${@:3}"
}

# logged NAME DEV LOG: a device with a volatile cache, on record from now on.
logged() {
	create "$1" "0 $(sectors "$2") log-writes $2 $3"
}

# pool DATA META: /dev/mapper/pool, which has whatever the metadata say.
pool() {
	create pool "0 $LEN thin-pool $2 $1 $POOL_BLOCK 0"
}

thin() {
	create thin "0 $LEN thin /dev/mapper/pool 0"
}

# survive LOG AFTER: what a power cut at the mark leaves.
survive() {
	"$SELF/logwrites.py" replay "$1" "$2" acknowledged
}

# above_disk [OPTION]: writes through a gate, and then the power is cut.
above_disk() {
	TRIAL=$((TRIAL + 1))
	logged data "$DATA" "$DATA_LOG" && gate g /dev/mapper/data "$@" || return 1
	stamps write /dev/mapper/g data || return 1
	dmsetup remove --retry g data && survive "$DATA_LOG" "$DATA_AFTER"
}

above_thin() {
	TRIAL=$((TRIAL + 1))
	dd if=/dev/zero of="$META" bs=4096 count=1 oflag=direct conv=nocreat status=none || return 1
	logged data "$DATA" "$DATA_LOG" && logged meta "$META" "$META_LOG" || return 1
	pool /dev/mapper/data /dev/mapper/meta && msg pool create_thin 0 && thin || return 1
	gate g /dev/mapper/thin "$@" && stamps write /dev/mapper/g data meta || return 1
	dmsetup remove --retry g thin pool data meta || return 1
	survive "$DATA_LOG" "$DATA_AFTER" && survive "$META_LOG" "$META_AFTER"
}

# found_in_pool: the stamps that the pool knows after the power cut.
found_in_pool() {
	pool "$DATA_AFTER" "$META_AFTER" && thin || return 1
	stamps count /dev/mapper/thin
	dmsetup remove --retry thin pool
}

some_are_lost() {
	echo "# $1 of $WRITES are there"
	check "some are lost" test "$1" -lt "$WRITES"
}

# The pool commits once a second, perhaps between the last write and the mark: not three times.
above_thin_some_are_lost() {
	local trial found
	for trial in 1 2 3; do
		above_thin drain_ms 2000 || return 1
		found=$(found_in_pool)
		echo "trial $trial: $found of $WRITES are there"
		[ "$found" -ge "$WRITES" ] || return 0
	done
	return 1
}

begin
modprobe dm-log-writes || skip "the kernel has no dm-log-writes"
modprobe dm-thin-pool || skip "the kernel has no dm-thin"
for i in 0 1 2 3 4 5; do leg "$i" 64; done

check "$WRITES writes with write_through above a disk, power cut" above_disk write_through
same "all are there" "$WRITES" "$(stamps count "$DATA_AFTER")"
check "$WRITES writes without it, power cut" above_disk
some_are_lost "$(stamps count "$DATA_AFTER")"

check "$WRITES writes with write_through above a thin volume, power cut" above_thin write_through
same "all are there" "$WRITES" "$(found_in_pool)"
check "$WRITES writes without it, power cut: some are lost" above_thin_some_are_lost &&
	remark
finish
