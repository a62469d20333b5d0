#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 64 legs: data, flush, status, table and limits.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

ROWS=2
CHUNK=8
GIB=2097152

io_sizes() {
	echo "$(queue_limit "$1" minimum_io_size) $(queue_limit "$1" optimal_io_size)"
}

begin
leg 0 64 cache_size=1
legs=
for ((i = 0; i < 64; i++)); do legs+=" /dev/nullb0 $((i * 2048))"; done
check "a stripe over 64 legs" create s "0 $((64 * CHUNK * ROWS)) dnvme 1 $CHUNK 64$legs 0"
same "a row of 64 chunks of 4 KiB is the best I/O" "4096 262144" "$(io_sizes s)"
# shellcheck disable=SC2086 # the pairs are words
check "data lies where the model says" "$SELF/stripe_model.py" /dev/mapper/s "$CHUNK" "$ROWS" $legs

trace_start /dev/nullb0
python3 -c 'import os; os.fsync(os.open("/dev/mapper/s", os.O_RDWR))'
same "a flush goes to each leg" 64 "$(trace_stop | grep -c ' F')"
same "the status has a part for each leg" $((6 + 64 * 4)) "$(status s | wc -w)"
like "fence" "^2 drained 0 0 " "$(msg s fence 2)"
same "each leg is fenced" 64 "$(status s 7- | grep -o F | wc -l)"

check "the stripe is removed" dmsetup remove --retry s
leg 1 65536
legs=
for ((i = 0; i < 64; i++)); do legs+=" /dev/nullb1 $((i * GIB))"; done
check "64 legs with chunks of 1 GiB" create big "0 $((64 * GIB)) dnvme 1 $GIB 64$legs 0"
same "the smallest good I/O is a chunk, and the best fits no 32 bits" "$((GIB * 512)) 0" \
	"$(io_sizes big)"
check "a write to the last block" write_block /dev/mapper/big $((64 * GIB / 8 - 1)) z
same "is on the last leg" z "$(read_letter /dev/nullb1 $((64 * GIB / 8 - 1)))"
finish
