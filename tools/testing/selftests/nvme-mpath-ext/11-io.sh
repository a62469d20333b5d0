#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A head is a block device like the ones below it: limits, kinds of I/O, statistics, partitions,
# ioctls, reservations.

# shellcheck source=tools/testing/selftests/nvme-mpath-ext/heads.sh
. "$(dirname "$(readlink -f "$0")")/heads.sh"

limit() { cat "/sys/block/$(basename "$DISK")/queue/$1"; }
lower() { cat "/sys/block/nullb0/queue/$1"; }
stat_of() { read -ra words <"/sys/block/$(basename "$DISK")/stat" && echo "${words[$1]}"; }
# kinds DEVICE: the flags of what has been sent there since trace_start.
kinds() { trace_stop | awk '{ print $2 }' | paste -sd ' '; }

# partition_table DEVICE: an MBR with two partitions of 16 MiB.
partition_table() {
	/usr/bin/python3 -c '
import struct, sys
def entry(start):
    return struct.pack("<B3sB3sII", 0, b"", 0x83, b"", start // unit, 32768 // unit)
unit = int(sys.argv[2]) // 512
with open(sys.argv[1], "r+b", buffering=0) as disk:
    disk.write((bytes(446) + entry(2048) + entry(34816) + bytes(32) + b"\x55\xaa").ljust(4096, b"\0"))
' "$1" "$(limit logical_block_size)"
}

begin
check "a device with a cache, that can discard" leg 0 "$SIZE_MIB" cache_size=1 discard=1 blocksize=4096
lane a
lane b
make_head h
add_path h a /dev/mapper/a
add_path h b /dev/mapper/b
check "a head over it" start_head h
same "its size" "$(sectors /dev/nullb0)" "$(sectors "$DISK")"
for name in logical_block_size physical_block_size discard_granularity write_cache rotational fua; do
	same "its $name" "$(lower "$name")" "$(limit "$name")"
done
check "it can discard" test "$(limit discard_max_bytes)" -gt 0

trace_start /dev/nullb0
dd if=/dev/zero of="$DISK" bs=4096 count=1 oflag=direct conv=notrunc status=none
like "a write arrives as such" "WS" "$(kinds)"
trace_start /dev/nullb0
dd if=/dev/zero of="$DISK" bs=4096 count=1 oflag=direct,dsync conv=notrunc status=none
like "a synchronous one with its flush" "F" "$(kinds)"
trace_start /dev/nullb0
blkdiscard -o 8192 -l 4096 "$DISK"
like "a discard arrives" "D" "$(kinds)"
check "write-zeroes" blkdiscard -z -o 4096 -l 4096 "$DISK"

check "letters go in" write_block "$DISK" 5 x
same "and come out" x "$(read_letter "$DISK" 5)"
same "through the other path too" x "$(read_letter /dev/mapper/b 5)"
before=$(stat_of 4)
check "another write" write_block "$DISK" 6 y
same "is counted" $((before + 1)) "$(stat_of 4)"
same "nothing is in flight" 0 "$(stat_of 8)"
same "a read that must not wait" ok "$(nowait_on "$DISK" read)"
same "a write that must not wait" ok "$(nowait_on "$DISK" write)"

check "a partition table is written" partition_table "$DISK"
check "and read" blockdev --rereadpt "$DISK"
check "and appear" wait_for test -b "${DISK}p2"
check "a write to one" write_block "${DISK}p2" 0 z
same "lands in it" z "$(read_letter "$DISK" $(($(cat "/sys/class/block/$(basename "$DISK")p2/start") / 8)))"
check "the head is disabled" put h enable=0
add_again() { put h/paths/a enable=1 && put h/paths/b enable=1; }
check "its paths are added again" add_again
check "it is enabled again" start_head h
check "the partitions are still there" wait_for test -b "${DISK}p2"
check "and readable" test "$(read_letter "${DISK}p2" 0)" = z

refused "an ioctl that the path does not know" blkdiscard --secure "$DISK"
same "reservations are what the path can do" "Operation not supported" \
	"$(/usr/bin/python3 -c '
import fcntl, os, struct, sys
fd = os.open(sys.argv[1], os.O_RDWR)
try:
    fcntl.ioctl(fd, 0x401870c8, struct.pack("=QQII", 0, 1, 0, 0))
except OSError as error:
    print(error.strerror)' "$DISK")"
end
