#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Data lies on the legs where an independent model says, for many shapes.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

# shape CHUNK OFFSET ROWS LEG-NUMBER...: write through the stripe, read the legs.
shape() {
	local chunk=$1 offset=$2 rows=$3 i table pairs=
	shift 3
	for i; do pairs+=" /dev/nullb$i $offset"; done
	table="0 $((chunk * rows * $#)) dnvme 1 $chunk $#$pairs 0"
	create s "$table" || return 1
	# shellcheck disable=SC2086 # the pairs are words
	"$SELF/stripe_model.py" /dev/mapper/s "$chunk" "$rows" $pairs
	local status=$?
	dmsetup remove --retry s
	return "$status"
}

begin
for i in 0 1 2 3 4; do leg "$i" 32; done

check "one leg" shape 8 0 64 0
check "one leg at an offset" shape 64 8 9 0
check "two legs, smallest chunk" shape 8 0 32 0 1
check "two legs at an offset" shape 16 24 20 0 1
check "three legs" shape 128 8 5 0 1 2
check "four legs" shape 32 2048 16 0 1 2 3
check "five legs" shape 256 16 3 0 1 2 3 4
check "five legs, one row" shape 64 0 1 4 3 2 1 0
check "large chunk" shape 8192 0 2 0 1 2
finish
