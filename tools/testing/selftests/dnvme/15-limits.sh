#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Queue limits: a gate passes those of its leg, a stripe adds its chunk.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

# limits NAME: what shows the shape of a device.
limits() {
	local attribute
	for attribute in logical_block_size physical_block_size minimum_io_size optimal_io_size \
		chunk_sectors max_sectors_kb discard_granularity discard_max_bytes write_cache nomerges; do
		echo "$attribute $(queue_limit "$1" "$attribute")"
	done
}

begin
leg 0 64 blocksize=4096 cache_size=1 discard=1
leg 1 64 discard=1
leg 2 64 discard=1
gate g /dev/nullb0
create l "0 $(sectors /dev/nullb0) linear /dev/nullb0 0"
same "a gate has the limits of a linear target" "$(limits l)" "$(limits g)"

create s "$(stripe_table 64 1024 /dev/nullb1 /dev/nullb2)"
create t "0 2048 striped 2 64 /dev/nullb1 0 /dev/nullb2 0"
# The striped target of 6.1 does not show its chunk.
same "a stripe has the other limits of a striped target" \
	"$(limits t | grep -v chunk_sectors)" "$(limits s | grep -v chunk_sectors)"
same "its chunk" 64 "$(queue_limit s chunk_sectors)"
same "the smallest good I/O is a chunk" 32768 "$(queue_limit s minimum_io_size)"
same "the best is a row" 65536 "$(queue_limit s optimal_io_size)"

create m "$(stripe_table 64 1024 /dev/nullb0 /dev/nullb1)"
same "legs of 512 and 4096 byte blocks give 4096" 4096 "$(queue_limit m logical_block_size)"
finish
