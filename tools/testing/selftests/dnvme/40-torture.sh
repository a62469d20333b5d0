#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two paths to one disk, and a host that sends again on the second what the first has not answered.
# dnvme-torture sees what a late first copy does, and that a receipt keeps it away.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

TORTURE=$SELF/../../../../build/user/bin/dnvme-torture
SECTORS=131072
BLOCKS=8
OPERATIONS=600

# host DEV NAME: a load on a path that does not answer writes; each block gets one first.
host() {
	HISTORY=$TMP/$2.history
	"$TORTURE" run "$1" --standby /dev/mapper/new --history "$HISTORY" --blocks "$BLOCKS" --writers 2 \
		--readers 2 --depth 4 --operations "$OPERATIONS" --quiet >"$TMP/$2.out" 2>&1 &
	HOST=$!
}

# delayed DEVICE: how many writes a dm-delay keeps; its statistics count no bio before it goes on.
delayed() {
	local words
	read -ra words < <(dmsetup status "$1")
	echo "${words[4]}"
}

# What is not answered is sent again on the other path, all else goes there only.
switch() {
	kill -USR1 "$HOST"
}

let_go() {
	dmsetup suspend --noflush slow && dmsetup resume slow
}

verify() {
	"$TORTURE" verify /dev/nullb0 "$HISTORY" --quiet
}

finds_what_came_back() {
	verify >"$TMP/found"
	[ $? = 3 ] && grep '^\(lost\|resurrected\|stale\): block' "$TMP/found"
}

begin
[ -x "$TORTURE" ] || skip "dnvme-torture was not built: run make user"
modprobe dm-delay || skip "the kernel has no dm-delay"
leg 0 64
create slow "0 $SECTORS delay /dev/nullb0 0 0 /dev/nullb0 0 600000"
create new "0 $SECTORS linear /dev/nullb0 0"

host /dev/mapper/slow unfenced
check "all first writes are in the old path" wait_for is delayed slow "$BLOCKS"
switch
check "without a fence: the host goes on with the new path" wait "$HOST"
check "and finds every block right" verify
check "the old path lets its writes go" let_go
check "without a fence, late writes are found" finds_what_came_back
remark

gate old /dev/mapper/slow drain_ms 50
host /dev/mapper/old fenced
check "all first writes are in the old path" wait_for is in_flight old "$BLOCKS"
# A gate that lies about what is below it is believed, as its user would.
if [[ $(msg old fence 2) =~ " undrained " ]]; then
	check "the old path lets its writes go" let_go
	check "the receipt" wait_for is receipt old drained
fi
switch
check "with a fence: the host goes on with the new path" wait "$HOST"
let_go
check "what was held fails" msg old fail_held
check "with a fence, every block is right" verify
remark
finish
