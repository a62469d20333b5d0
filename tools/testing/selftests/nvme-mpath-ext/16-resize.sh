#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A head grows when all its paths have grown, tells so, and never shrinks.

# shellcheck source=tools/testing/selftests/nvme-mpath-ext/heads.sh
. "$(dirname "$(readlink -f "$0")")/heads.sh"

table() { echo "0 $1 linear /dev/nullb0 0"; }
size_is() { [ "$(sectors "$DISK")" = "$1" ]; }
# The kernel's events of the disk, as udevadm sees them.
watch() {
	udevadm monitor --kernel --property --subsystem-match=block >"$TMP/events" &
	PIDS+=($!)
	wait_for grep -q KERNEL "$TMP/events"
}

begin
leg 0 "$SIZE_MIB"
create a "$(table 65536)"
create b "$(table 65536)"
make_head h
add_path h a /dev/mapper/a
add_path h b /dev/mapper/b
check "a head of 32 MiB" start_head h
check "has that size" size_is 65536
check "somebody listens" watch
check "one path grows" replace a "$(table 81920)"
sleep 2.5
check "the head has not" size_is 65536
check "the other one grows" replace b "$(table 98304)"
check "the head has the size of the smaller one" wait_for size_is 81920
check "and has told" wait_for grep -q '^RESIZE=1' "$TMP/events"
check "the new part can be written" write_block "$DISK" 10239 x
same "and read" x "$(read_letter "$DISK" 10239)"
check "the log says it" logged "h: $(basename "$DISK") grows to 81920 sectors"
check "a path that is too small now" create c "$(table 65536)"
refused "is refused" add_path h c /dev/mapper/c

check "a change of path is told too" put h active_path=b
wait_for is_active h b
check "with the path" wait_for grep -q '^MPATH_PATH=b' "$TMP/events"
check "the event" wait_for grep -q '^MPATH_EVENT=path-active' "$TMP/events"
end
