#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A held write that is too old fails instead of being issued; nothing else does.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

begin
leg 0 64
write_block /dev/nullb0 1 o
gate g /dev/nullb0 write_ttl_ms 300
gate patient /dev/nullb0 write_ttl_ms 600000

msg g hold
held_writes g "5 6"
read_letter /dev/mapper/g 1 >"$TMP/read" &
READER=$!
check "two writes and a read are held" wait_for is held g 3
sleep 1
mark
trace_start /dev/nullb0
check "release" msg g release
check "the old writes fail" writes_end_badly
check "the log says how many" logged "failed 2 held bios"
wait "$READER"
same "the read does not age" o "$(cat "$TMP/read")"
same "no write has reached the leg" "" "$(written_sectors)"
check "a new write passes" write_block /dev/mapper/g 5 n

msg patient hold
held_writes patient "7 8"
check "release of writes that are young enough" msg patient release
check "they end well" writes_end_well
finish
