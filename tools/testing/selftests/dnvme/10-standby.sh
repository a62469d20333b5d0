#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A standby without legs holds; its table is exchanged under held I/O.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

BLOCKS="4 1 7 2 6"
COUNT=$(wc -w <<<"$BLOCKS")
LEN=4096

exchange() {
	dmsetup suspend --noflush "$1" && dmsetup reload "$1" --table "$2" && dmsetup resume "$1"
}

begin
leg 0 64
leg 1 64
check "a standby with zero legs" create v "0 $LEN dnvme 3 8 0 0"
same "it is held" "3 H - 0 0 0" "$(status v)"
held_writes v "$BLOCKS"
python3 -c 'import os; os.fsync(os.open("/dev/mapper/v", os.O_RDWR))' &
FLUSH=$!
check "a flush is held as well" wait_for is held v $((COUNT + 1))
refused "release without a leg is refused" msg v release
same "nothing is lost" $((COUNT + 1)) "$(held v)"

trace_start /dev/nullb0 /dev/nullb1
check "exchange for a live gate" exchange v "0 $LEN dnvme 4 8 1 /dev/nullb0 0 0"
check "every held write ends well" writes_end_well
check "the flush too" wait "$FLUSH"
same_again "the writes were issued in order of arrival" "$(as_sectors "$BLOCKS")" "$(written_sectors)"
same "under the new table's epoch" "4 L - 0 0 1" "$(status v 1-6)"

check "hold" msg v hold
held_writes v "$BLOCKS"
trace_start /dev/nullb0 /dev/nullb1
check "exchange of the leg, still held" exchange v "0 $LEN dnvme 5 8 1 /dev/nullb1 0 2 mode held"
check "they are held again" wait_for is held v "$COUNT"
same "nothing has reached a leg" "" "$(trace_stop)"
trace_start /dev/nullb0 /dev/nullb1
check "open" msg v open 6
check "every held write ends well" writes_end_well
same_again "in order of arrival, on the new leg" \
	"$(as_sectors "$BLOCKS" | sed "s/^/$(major_minor /dev/nullb1) /")" \
	"$(trace_stop | awk '$2 ~ /^W/ { print $1, $3 }')"

check "from one leg to two" exchange v "$(stripe_table 8 $((LEN / 2)) /dev/nullb0 /dev/nullb1)"
check "a write passes" write_block /dev/mapper/v 1 q
same "to the second leg" q "$(read_letter /dev/nullb1 0)"
finish
