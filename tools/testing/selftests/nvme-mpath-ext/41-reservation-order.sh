#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is queued is not sent before its path has the reservation, as the target's own record shows;
# and a write that is late on a path which has lost it is refused by the target, and sent again.

# shellcheck source=tools/testing/selftests/nvme-mpath-ext/reservation_targets.sh
. "$(dirname "$(readlink -f "$0")")/reservation_targets.sh"

WRITES=4

# early: of seen_by_target, the writes through a path that did not have the reservation. It has it
# once it has preempted who had it, and a reservation after that was granted.
early() {
	awk '
		/gets 5f 05 GOOD/ { preempted = $1 }
		/gets 5f 01 GOOD/ && preempted == $1 { holder = $1 }
		/asks 2a/ && holder != $1 { print "early: " $0 }'
}

# answers: of seen_by_target, what became of each write. A check condition tells that the path was
# preempted; the initiator tries again then.
answers() { sed -n '/CHECK CONDITION/d; s/ gets 2a 00//p'; }

begin
need_scsi
check "a SCSI disk with two ports" scsi_disks a b
modprobe dm-dnvme
gate late "$(disk_of a)"
make_head h uuid="$NAA" activation=reservation pr_key=0xd15c failover_interval_ms=0
check "a path through which writes can be late" add_path h a /dev/mapper/late uuid="$NAA" priority=10
check "and another" add_path h b "$(disk_of b)" uuid="$NAA"
check "the head is up" start_head h
same "a has the reservation" a "$(holder)"

put h/paths/b enable=0
put h/paths/a enable=0
check "without a path the head is down" wait_for reads of h state down
for ((block = 0; block < WRITES; block++)); do
	in_background write_block "$DISK" "$block" q
done
check "writes wait" wait_for queues h "$WRITES"
watch_target
check "b is there again" put h/paths/b enable=1
check "they end" wait "${PIDS[@]}"
seen_by_target >"$TMP/seen"
same "no write comes before the reservation" "" "$(early <"$TMP/seen")"
same "it is taken so" "06 01 05 01" "$(sed -n 's/b asks 5f //p' "$TMP/seen" | paste -sd ' ')"
same "then all are written" "$(yes "b GOOD" | head -n "$WRITES")" "$(answers <"$TMP/seen")"
same "b has the reservation" b "$(holder)"

check "a is there again" put h/paths/a enable=1
check "the user wants it" put h active_path=a
check "it gets the reservation" wait_for holds a
check "and is active" wait_for is_active h a
check "its writes are held on their way" msg late hold
in_background write_block "$DISK" 5 l
WRITER=${PIDS[-1]}
check "one is" wait_for is held late 1
check "the user wants b" put h active_path=b
check "it gets the reservation, and is active" wait_for is_active h b
check "a write goes through" write_block "$DISK" 6 x
watch_target
check "the late one goes on" msg late release
check "it ends well" wait "$WRITER"
seen_by_target >"$TMP/seen"
same "because the target refused it, and it was sent again" \
	"a RESERVATION CONFLICT"$'\n'"b GOOD" "$(answers <"$TMP/seen")"
same "it is there" l "$(read_letter "$DISK" 5)"
same "the path has not failed for that" "ready 0" "$(path_state h/paths/a) $(get h/paths/a errors)"
same "b still has the reservation" b "$(holder)"
check "the head is removed" remove_head h
check "and the gate" dmsetup remove --retry late
end
