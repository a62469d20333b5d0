#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each change of state raises a dm event; a burst of changes raises few.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

events() {
	dmsetup info -c --noheadings -o events "$1" | tr -d ' '
}

# raises MESSAGE...: an event follows, and whoever waits for it is woken.
raises() {
	local before
	before=$(events g)
	timeout 60 dmsetup wait --noflush g "$before" &
	msg g "$@" && wait $! && [ "$(events g)" -gt "$before" ]
}

# silent MESSAGE...: refused or without effect, so no event follows.
silent() {
	local before
	before=$(events g)
	msg g "$@" 2>/dev/null
	# The next change would carry a wrong event with it: it counts for one.
	raises fence $((EPOCH += 1)) || return 1
	[ "$(events g)" = $((before + 1)) ] && msg g open $((EPOCH += 1)) &&
		wait_for at_least events g $((before + 2))
}
EPOCH=100

begin
leg 0 64
gate g /dev/nullb0
check "hold" raises hold
check "release" raises release
check "fence" raises fence 2
check "open" raises open 3
check "fence again" raises fence 4
write_block /dev/mapper/g 0 x 2>/dev/null &
WRITERS=($!)
wait_for is held g 1
check "fail_held of something" raises fail_held
check "its writer sees the error" writes_end_badly
check "open" raises open 5
check "an open of a live gate under a higher epoch" raises open 6

check "a refused message raises none" silent fence 3
check "release of a live gate raises none" silent release

before=$(events g)
check "100 changes in a burst" python3 -c "
import sys
sys.path.insert(0, '$SELF')
from dmctl import Device
gate = Device('g')
for _ in range(50):
    gate.message('hold')
    gate.message('release')
gate.message('hold')"
check "are followed by an event" wait_for at_least events g $((before + 1))
sleep 1
check "but by fewer than changes" test "$(events g)" -lt $((before + 50))
finish
