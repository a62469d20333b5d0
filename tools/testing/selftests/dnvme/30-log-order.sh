#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is held while its leg is exchanged arrives on the new leg in order of
# arrival, and nothing of it on the old: dm-log-writes below both is the witness.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

LEN=16384
BLOCKS="7 3 11 0 9 1 30 2"
COUNT=$(wc -w <<<"$BLOCKS")

# table MODE OLD-OR-NEW...: a stripe in that mode over the named devices.
table() {
	local name pairs=
	for name in "${@:2}"; do pairs+=" /dev/mapper/$name 0"; done
	echo "0 $(((LEN / 8) * ($# - 1))) dnvme 2 8 $(($# - 1))$pairs 2 mode $1"
}

exchange() {
	dmsetup suspend --noflush "$1" && dmsetup reload "$1" --table "$2" && dmsetup resume "$1"
}

# logged_writes DEV: sectors of what was written after the mark, in order.
logged_writes() {
	"$SELF/logwrites.py" list "$1" | awk '
		/^mark / { seen = $2 == "held"; next }
		seen && $3 > 0 { print $2 }'
}

# on_leg I: the leg's share of BLOCKS in a stripe of two with chunks of one block, in sectors.
on_leg() {
	local block row
	for block in $BLOCKS; do
		row=$((block / 2))
		[ $((block % 2)) != "$1" ] || echo $((row * 8))
	done
}

begin
modprobe dm-log-writes || skip "the kernel has no dm-log-writes"
for i in 0 1 2 3 4 5; do leg "$i" 64; done
for i in 0 1 2; do
	create "log$i" "0 $(sectors "/dev/nullb$i") log-writes /dev/nullb$i /dev/nullb$((i + 3))"
done

check "a stripe over two logged legs" create s "$(table live log0 log1)"
check "hold" msg s hold
for i in 0 1 2; do dmsetup message "log$i" 0 mark held; done
held_writes s "$BLOCKS"
same "every write is held" "$COUNT" "$(held s)"
check "the first leg is exchanged" exchange s "$(table held log2 log1)"
check "they are held again" wait_for is held s "$COUNT"
check "release" msg s release
check "every write ends well" writes_end_well
check "a flush puts them on record" \
	python3 -c 'import os; os.fsync(os.open("/dev/mapper/s", os.O_RDWR))'
check "the stripe is removed" dmsetup remove --retry s
for i in 0 1 2; do dmsetup remove --retry "log$i"; done

same "the old leg got nothing" "" "$(logged_writes /dev/nullb3)"
same_again "the new leg got its share in order of arrival" "$(on_leg 0)" "$(logged_writes /dev/nullb5)"
same_again "the other leg too" "$(on_leg 1)" "$(logged_writes /dev/nullb4)"
finish
