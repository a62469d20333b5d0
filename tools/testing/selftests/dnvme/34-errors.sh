#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Errors on every path below: bad blocks, and a device that rejects reads, writes,
# flushes or discards. Passed up and counted, or held and repeated whole.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

SECTORS=131072
BAD=/sys/kernel/config/nullb/nullb0/badblocks

# below_is TARGET ARGUMENTS: what the first leg does from now on.
below_is() {
	dmsetup suspend --noflush below &&
		dmsetup reload below --table "0 $SECTORS $*" && dmsetup resume below
}

leg_rejects_writes() { below_is flakey /dev/nullb0 0 0 1 1 error_writes; }
leg_works() { below_is linear /dev/nullb0 0; }

flush() {
	python3 -c 'import os, sys; os.fsync(os.open(sys.argv[1], os.O_RDWR))' "$1"
}

errors() { status "$1" 10; }

# is_repeated DESCRIPTION COMMAND...: held by the leg's error, and whole once the leg works again.
is_repeated() {
	local description=$1 pid
	shift
	check "$description: the leg rejects it" leg_rejects_writes
	"$@" >"$TMP/repeated" 2>&1 &
	pid=$!
	check "  it is held" wait_for at_least held s 1
	check "  the leg works again" leg_works
	check "  release" msg s leg 0 release
	check "  it ends well" wait "$pid"
	same "  nothing is left" "L - 0 0" "$(status s 2-5)"
}

begin
modprobe dm-flakey || skip "the kernel has no dm-flakey"
leg 0 64 discard=1 cache_size=1
leg 1 64 discard=1
create below "0 $SECTORS linear /dev/nullb0 0"

gate g /dev/mapper/below
check "bad blocks below" tee "$BAD" <<<"+80-87"
refused "a write to them fails" write_block /dev/mapper/g 10 x
refused "a read of them fails" dd if=/dev/mapper/g bs=4096 skip=10 count=1 iflag=direct of=/dev/null
check "their neighbour takes a write" write_block /dev/mapper/g 11 y
same "both errors are counted" 2 "$(errors g)"
check "the blocks are good again" tee "$BAD" <<<"-80-87"
check "a write passes" write_block /dev/mapper/g 10 z

check "the leg rejects writes" leg_rejects_writes
refused "a write fails" write_block /dev/mapper/g 12 x
same "a read does not" z "$(read_letter /dev/mapper/g 10)"
refused "a flush fails" flush /dev/mapper/g
same "every error is counted" "L 0 0 4" "$(status g 7-10)"
check "the leg works again" leg_works
check "a flush passes" flush /dev/mapper/g
check "the gate is removed" dmsetup remove --retry g

create s "0 $((SECTORS * 2)) dnvme 1 8 2 /dev/mapper/below 0 /dev/nullb1 0 1 hold_on_error"
head -c 1048576 /dev/urandom >"$TMP/data"
is_repeated "a write over 256 chunks" \
	dd if="$TMP/data" of=/dev/mapper/s bs=1M oflag=direct conv=nocreat status=none
check "  every byte is there" cmp "$TMP/data" <(dd if=/dev/mapper/s bs=1M count=1 iflag=direct status=none)
is_repeated "a stable write" \
	dd if="$TMP/data" of=/dev/mapper/s bs=4k seek=512 count=1 oflag=direct,dsync conv=nocreat status=none
is_repeated "a flush" flush /dev/mapper/s
is_repeated "a discard" blkdiscard -l 65536 /dev/mapper/s
same "  its blocks are gone, on either leg" "0 0" \
	"$(read_letter /dev/mapper/s 0) $(read_letter /dev/mapper/s 1)"
is_repeated "zeroes" blkdiscard -z -o 65536 -l 65536 /dev/mapper/s
same "  are there, on either leg" "0 0" \
	"$(read_letter /dev/mapper/s 16) $(read_letter /dev/mapper/s 17)"
finish
