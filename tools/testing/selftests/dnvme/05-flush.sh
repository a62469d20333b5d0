#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Flushes reach every leg, FUA reaches the leg of its block, write_through adds
# FUA to every write and to nothing else.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

# fsync_only DEV: an empty flush and nothing else.
fsync_only() {
	python3 -c 'import os, sys; os.fsync(os.open(sys.argv[1], os.O_RDWR))' "$1"
}

# dsync_write DEV BLOCK: a write that is stable when it returns.
dsync_write() {
	dd if=/dev/zero of="$1" bs=4096 seek="$2" count=1 oflag=direct,dsync conv=nocreat status=none
}

# A flush is recorded with F first (an empty one as FF or FW), FUA as F after W.
flushed_legs() {
	awk '$2 ~ /^F/ { print $1 }' | sort -u
}

# writes: "DEV FLAGS SECTOR COUNT" of the data writes.
writes() {
	awk '$2 ~ /W/ && $4 > 0'
}

begin
for i in 0 1 2; do leg "$i" 32 cache_size=1; done
NULLB=(/dev/nullb0 /dev/nullb1 /dev/nullb2)
for i in 0 1 2; do ID[i]=$(major_minor "${NULLB[i]}"); done
ALL=$(printf '%s\n' "${ID[@]}" | sort)

create s "$(stripe_table 8 1536 "${NULLB[@]}")"
trace_start "${NULLB[@]}"
check "fsync of the stripe" fsync_only /dev/mapper/s
same "flushes every leg" "$ALL" "$(trace_stop | flushed_legs)"

trace_start "${NULLB[@]}"
check "a stable write of block 4" dsync_write /dev/mapper/s 4
same "goes with FUA to leg 1, row 1, only" "${ID[1]} WFS 8 8" "$(trace_stop | writes)"

trace_start "${NULLB[@]}"
check "an ordinary write" write_block /dev/mapper/s 4 x
same "goes without" "${ID[1]} WS 8 8" "$(trace_stop | writes)"

create wt "0 1536 dnvme 1 8 3 ${NULLB[0]} 2048 ${NULLB[1]} 2048 ${NULLB[2]} 2048 1 write_through"
trace_start "${NULLB[@]}"
check "with write_through an ordinary write" write_block /dev/mapper/wt 2 y
same "goes with FUA" "${ID[2]} WFS 2048 8" "$(trace_stop | writes)"

trace_start "${NULLB[@]}"
same "a read of it returns the data" y "$(read_letter /dev/mapper/wt 2)"
same "and goes without" "${ID[2]} RS 2048 8" "$(trace_stop | grep -v mark | grep -m1 2048)"

trace_start "${NULLB[@]}"
check "fsync with write_through" fsync_only /dev/mapper/wt
same "flushes every leg all the same" "$ALL" "$(trace_stop | flushed_legs)"
same "write-zeroes is not offered with write_through" 0 "$(queue_limit wt write_zeroes_max_bytes)"
finish
