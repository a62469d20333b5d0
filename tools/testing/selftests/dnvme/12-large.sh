#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Sizes and offsets beyond 4 GiB and beyond 16 TiB, on sparse devices.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

GIB_BLOCKS=262144
TIB_BLOCKS=268435456

# lands STRIPE-BLOCK LEG LEG-BLOCK: a block written to s is found there.
lands() {
	local letter=${LETTERS:RANDOM % 20:1}
	write_block /dev/mapper/s "$1" "$letter" || return 1
	[ "$(read_letter "/dev/nullb$2" "$3")" = "$letter" ] &&
		[ "$(read_letter /dev/mapper/s "$1")" = "$letter" ]
}
LETTERS=abcdefghijklmnopqrst

begin
for i in 0 1 2; do leg "$i" 20971520 || skip "null_blk takes no 20 TiB"; done
TIB20=$((20 * 1024 * 1024 * 2048))

check "a gate of 20 TiB" create s "0 $TIB20 dnvme 1 8 1 /dev/nullb0 0 0"
for at in 0 $((4 * GIB_BLOCKS - 1)) $((4 * GIB_BLOCKS)) $((16 * TIB_BLOCKS - 1)) \
	$((16 * TIB_BLOCKS)) $((20 * TIB_BLOCKS - 1)); do
	check "  block $at" lands "$at" 0 "$at"
done
dmsetup remove --retry s

check "a gate at an offset of 17 TiB" \
	create s "0 4096 dnvme 1 8 1 /dev/nullb0 $((17 * TIB_BLOCKS * 8)) 0"
check "  block 3" lands 3 0 $((17 * TIB_BLOCKS + 3))
dmsetup remove --retry s

check "a stripe of 60 TiB, chunk 4 KiB" \
	create s "0 $((3 * TIB20)) dnvme 1 8 3 /dev/nullb0 0 /dev/nullb1 0 /dev/nullb2 0 0"
for at in 1 $((4 * GIB_BLOCKS + 1)) $((16 * TIB_BLOCKS + 5)) $((60 * TIB_BLOCKS - 1)); do
	check "  block $at" lands "$at" $((at % 3)) $((at / 3))
done
same "its size" $((3 * TIB20)) "$(sectors /dev/mapper/s)"
dmsetup remove --retry s

check "a stripe of 40 TiB, chunk 1 GiB" \
	create s "0 $((2 * TIB20)) dnvme 1 2097152 2 /dev/nullb0 0 /dev/nullb1 0 0"
for at in $((GIB_BLOCKS - 1)) $((GIB_BLOCKS)) $((16 * 1024 * GIB_BLOCKS + 7)) \
	$((33 * 1024 * GIB_BLOCKS + GIB_BLOCKS + 9)); do
	chunk=$((at / GIB_BLOCKS))
	row=$((chunk / 2))
	check "  block $at" lands "$at" $((chunk % 2)) $((row * GIB_BLOCKS + at % GIB_BLOCKS))
done
dmsetup remove --retry s

refused "a leg that ends before its offset and length" \
	dmsetup create s --table "0 $TIB20 dnvme 1 8 1 /dev/nullb0 8 0"
finish
