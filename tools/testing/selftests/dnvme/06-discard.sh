#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Discard and write-zeroes reach on each leg the part that belongs to it.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

CHUNK=64
ROWS=40

# range LETTER COMMAND START COUNT: the bios below are those of the model. The
# trace marks discards with D and, having no letter for them, write-zeroes with N.
range() {
	trace_start "${DISKS[@]}"
	# shellcheck disable=SC2086 # a command with its options
	$2 -o $(($3 * 512)) -l $(($4 * 512)) /dev/mapper/s || return 1
	trace_stop | "$SELF/range_model.py" "$CHUNK" "$3" "$4" "$1" "${ID[@]}"
}

# zeroed START COUNT: so many sectors read as zeroes, their neighbours do not.
zeroed() {
	cmp <(dd if=/dev/mapper/s skip="$1" count="$2" iflag=direct status=none) \
		<(head -c $(($2 * 512)) /dev/zero) || return 1
	local near
	for near in $(($1 - 1)) $(($1 + $2)); do
		dd if=/dev/mapper/s skip="$near" count=1 iflag=direct status=none |
			cmp -s - <(head -c 512 /dev/zero) && return 1
	done
	return 0
}

DISKS=(/dev/vda /dev/vdb /dev/vdc)
for disk in "${DISKS[@]}"; do
	[ -b "$disk" ] || skip "needs three virtio disks"
	[ "$(cat "/sys/block/${disk#/dev/}/queue/write_zeroes_max_bytes")" != 0 ] ||
		skip "the virtio disks cannot write zeroes"
done
begin
for i in 0 1 2; do ID[i]=$(major_minor "${DISKS[i]}"); done
create s "$(stripe_table "$CHUNK" $((CHUNK * ROWS)) "${DISKS[@]}")"

# Discards come from the block layer in whole granules, zeroes in any block.
for shape in "0 64" "64 64" "128 128" "0 192" "64 1024" "0 7680"; do
	read -r start count <<<"$shape"
	check "discard of $count sectors at $start" range D blkdiscard "$start" "$count"
done
check "data everywhere" dd if=/dev/urandom of=/dev/mapper/s bs=64k count=60 oflag=direct \
	conv=nocreat status=none
for shape in "8 8" "60 8" "72 48" "128 64" "200 400" "1000 3333"; do
	read -r start count <<<"$shape"
	check "zeroes over $count sectors at $start" range N "blkdiscard -z" "$start" "$count"
	check "  they read as zeroes, their neighbours do not" zeroed "$start" "$count"
done

# With write_through a discard passes as it is, and zeroes arrive as stable writes.
table=$(stripe_table "$CHUNK" $((CHUNK * ROWS)) "${DISKS[@]}")
check "the stripe is removed" dmsetup remove --retry s
check "a stripe with write_through" create s "${table% 0} 1 write_through"
check "discard of 200 sectors at 64" range D blkdiscard 64 200
check "data everywhere" dd if=/dev/urandom of=/dev/mapper/s bs=64k count=60 oflag=direct \
	conv=nocreat status=none
trace_start "${DISKS[@]}"
check "zeroes over 400 sectors at 200" blkdiscard -z -o $((200 * 512)) -l $((400 * 512)) /dev/mapper/s
trace_stop >"$TMP/trace"
same "no write-zeroes has reached a leg" "" "$(awk '$2 ~ /^N/' "$TMP/trace")"
check "they read as zeroes, their neighbours do not" zeroed 200 400
finish
