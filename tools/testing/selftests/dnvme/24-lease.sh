#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A leg whose lease has run out gets nothing, reads neither, until a success renews it.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

SECTORS=131072
LEASE=1000

leg_letter() { status "$1" 7; }
counter() { dmsetup message "$1" 0 stats | cut -d ' ' -f "$2"; }
probes() { counter "$1" 10; }
expiries() { counter "$1" 11; }

# below NAME TABLE: what the device NAME does from now on.
below() {
	dmsetup suspend --noflush "$1" && dmsetup reload "$1" --table "0 $SECTORS $2" &&
		dmsetup resume "$1"
}

# reads_of SECTOR: how many of the traced reads were there.
reads_of() { awk -v at="$1" '$2 ~ /^R/ && $3 == at' <<<"$TRACE" | wc -l; }

before_mark() { sed '/^mark/,$d'; }

begin
for i in 0 1; do leg "$i" 64; done
create member "0 $SECTORS linear /dev/nullb1 0"

# ---- the leg itself is probed ----
check "a gate with a lease" gate idle /dev/nullb0 lease_ms "$LEASE"
check "is valid after its first success" wait_for is leg_letter idle L
since=$(probes idle)
check "it is probed while it is idle" wait_for at_least probes idle $((since + 4))
check "and stays valid" wait_for is leg_letter idle L
check "it is fenced" msg idle fence 2
trace_start /dev/nullb0
since=$(probes idle)
sleep 1.5
same "a fenced gate is not probed" "$since" "$(probes idle)"
same "nothing reaches its leg" "" "$(trace_stop)"
check "it is opened" msg idle open 3
check "and valid again after a success" wait_for is leg_letter idle L
dmsetup remove idle

# ---- a list is probed: the leg works, one member does not answer ----
check "a gate that probes two members" gate g /dev/nullb0 lease_ms "$LEASE" \
	probe 2 /dev/nullb0 /dev/mapper/member
check "is valid when both have answered" wait_for is leg_letter g L
trace_start /dev/nullb0
check "one member stops answering" dmsetup suspend --noflush member
check "the leg expires, though it works itself" wait_for is leg_letter g E
dd if=/dev/mapper/g of=/dev/null bs=4096 skip=5 count=1 iflag=direct status=none &
READER=$!
check "a read is held" wait_for is held g 1
check "so are writes" held_writes g "9 7 8"
same "a read that must not wait is not held" EAGAIN "$(nowait g read)"
check "leg 0 release does not override the lease" msg g leg 0 release
same "it is as it was" "E 4" "$(status g 7) $(held g)"
trace_mark renewed
check "the member answers again" dmsetup resume member
check "the leg is valid again" wait_for is leg_letter g L
check "the read ends well" wait "$READER"
check "the writes end well" writes_end_well
TRACE=$(trace_stop)
same "what was held went out afterwards, in order of arrival" "40 72 56 64" \
	"$(sed '1,/^mark renewed/d' <<<"$TRACE" | awk '$3 >= 40 { print $3 }' | xargs)"
TRACE=$(before_mark <<<"$TRACE")
same "and not before" "" "$(awk '$3 >= 40' <<<"$TRACE")"
check "meanwhile the members were probed" test "$(reads_of 0)" -ge 1
check "the expiry is counted" at_least expiries g 1

# ---- a member that fails, and a new list without it, as after a decision ----
check "one member fails" below member error
check "the leg expires" wait_for is leg_letter g E
trace_start /dev/nullb0
check "writes are held" held_writes g "3 1 2"
check "suspend" dmsetup suspend --noflush g
check "a table without the failed member" dmsetup reload g \
	--table "0 $SECTORS dnvme 2 8 1 /dev/nullb0 0 5 lease_ms $LEASE probe 1 /dev/nullb0"
check "resume" dmsetup resume g
check "the writes end well" writes_end_well
same_again "and went out in order of arrival" "$(printf "%s\n" 24 8 16)" "$(written_sectors)"
dmsetup remove g

# ---- late answers renew nothing ----
check "the member answers late" below member "delay /dev/nullb1 0 $((LEASE * 2))"
check "a gate over it" gate late /dev/mapper/member lease_ms "$LEASE"
check "is probed" wait_for at_least probes late 3
same "and not valid" E "$(leg_letter late)"
check "the member answers in time" below member "linear /dev/nullb1 0"
check "the gate is valid" wait_for is leg_letter late L
finish
