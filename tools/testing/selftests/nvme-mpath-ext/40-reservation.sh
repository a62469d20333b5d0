#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Heads over a SCSI disk with persistent reservations: the active path has the reservation, a failover
# moves it, an old path is refused by the target, and a stranger's reservation is left alone.

# shellcheck source=tools/testing/selftests/nvme-mpath-ext/reservation_targets.sh
. "$(dirname "$(readlink -f "$0")")/reservation_targets.sh"

KEY=0xd15c
STRANGER=7777
CONFLICT="Invalid exchange"
# Where the load does not write.
FAR=2048
ROUNDS=${DNVME_ROUNDS:-3}

# goes_to SIDE: the head is served by it, which has the reservation, and nobody else is registered.
goes_to() {
	wait_for is_active h "$1" && holds "$1" && [ "$(registered)" = "$1=${KEY#0x}" ]
}

begin
need_scsi
check "a SCSI disk with three ports" scsi_disks a b c
same "nobody has it" none "$(holder)"

mkdir "$HEADS/h"
put h activation=reservation failover_interval_ms=0 max_tries=0
mkdir "$HEADS/h/paths/a" "$HEADS/h/paths/b"
put h/paths/a device="$(disk_of a)" priority=10
put h/paths/b device="$(disk_of b)"
refused "without a key no path is taken" put h/paths/a enable=1
check "the log says why" logged "the head has no pr_key"
put h pr_key="$KEY"
check "with a key it is" put h/paths/a enable=1
same "for what the disk says it is" "$NAA" "$(get h/paths/a identity)"
check "the other is the same" put h/paths/b enable=1
leg 1 "$SIZE_MIB"
mkdir "$HEADS/h/paths/other"
put h/paths/other device=/dev/nullb1 uuid="$NAA"
refused "a device that knows no reservations is refused" put h/paths/other enable=1
check "the log says why" logged "the device has no persistent reservations"
put h policy=round-robin
refused "round-robin is refused: one path has the reservation" put h enable=1
check "the log says why" logged "with activation reservation only one path can be active"
put h policy=active-standby

check "the head is up" start_head h
check "a has the reservation" goes_to a
same "of this kind" "SPC-3 Reservation Type: Write Exclusive Access" "$(cat "$UNIT/pr/res_pr_type")"
check "a write goes through" write_block "$DISK" 3 x
same "the standby's disk refuses writes" "$CONFLICT" "$(write_error "$(disk_of b)" 3 y)"
same "but can be read" x "$(read_letter "$(disk_of b)" 3)"
same "the reservations are the head's own" ENOTSUP \
	"$("$SELF/reservation.py" "$DISK" register 0 1)"

for ((round = 1; round <= ROUNDS; round++)); do
	put h active_path=b && goes_to b && put h active_path=a && goes_to a
	result $? "round $round without I/O: there and back"
done
same "each was taken at once" "$((2 * ROUNDS)) user b a" "$(failover h 1-4)"

"$HERE/stamper.py" "$DISK" 8 1 >"$TMP/stamper" 2>&1 &
LOAD=$!
PIDS+=("$LOAD")
wait_for grep -q ready "$TMP/stamper"
check "the user wants b" put h active_path=b
check "it gets the reservation" goes_to b
same "the failover is on record" "$((1 + 2 * ROUNDS)) user a b" "$(failover h 1-4)"
check "something was completed after it" wait_for not reads failover h 8 0
same "the old path is shut" "$CONFLICT" "$(write_error "$(disk_of a)" "$FAR" y)"
for ((round = 1; round <= ROUNDS; round++)); do
	put h active_path=a && goes_to a && put h active_path=b && goes_to b
	result $? "round $round: there and back"
done
same "each was taken at once" $((1 + 4 * ROUNDS)) "$(of h failovers)"
same "no path has failed for that" "0 0" "$(get h/paths/a errors) $(get h/paths/b errors)"
check "the session of b ends" log_out b
check "a takes over" goes_to a
like "because of that" "^(gone|error) b a$" "$(failover h 2-4)"
check "the path is off" wait_for path_is h b off
check "a new session" log_in b
check "is taken" put h/paths/b device="$(disk_of b)" enable=1
check "the connection of a is cut" cut_group a
check "b takes over" goes_to b
same "because of an error" "error a b" "$(failover h 2-4)"
check "it may connect again" open_group a
check "the path is well again" wait_for path_is h a ready
same "but cannot write" "$CONFLICT" "$(write_error "$(disk_of a)" "$FAR" y)"
kill -TERM "$LOAD"
check "each block holds what was acknowledged last, and no I/O failed" wait "$LOAD"
check "so much was written" cat "$TMP/stamper"
remark
same "nothing failed because of the head" 0 "$(of h failed)"

put h failover_interval_ms=200
same "a stranger registers" ok "$(pr c register 0 "$STRANGER")"
like "but cannot reserve what the head has" "^status" "$(pr c reserve "$STRANGER" 1)"
same "it takes it by force" ok "$(pr c preempt "$STRANGER" $((KEY)) 1)"
same "then a write fails" "$CONFLICT" "$(write_error "$DISK" 3 y)"
check "the user wants a" put h active_path=a
check "it is refused" wait_for logged "somebody holds a reservation under another key than $KEY"
in_background write_block "$DISK" 4 z
WRITER=${PIDS[-1]}
check "a write waits" wait_for queues h 1
same "the stranger has what it had" "c c=$(printf %x "$STRANGER")" "$(holder) $(registered | grep -o 'c=.*')"
same "until it gives it up" ok "$(pr c clear "$STRANGER")"
check "then a path is taken" wait_for is_up h
check "and the write ends" wait "$WRITER"
same "with what was written" z "$(read_letter "$DISK" 4)"

active=$(of h active_path)
check "the head is removed" remove_head h
check "its reservation stays" holds "$active"
same "against a stranger's writes too" "$CONFLICT" "$(write_error "$(disk_of c)" 3 y)"
same "it can be cleared with the key" ok "$(pr "$active" clear $((KEY)))"
same "and is gone" "none " "$(holder) $(registered)"
same "then anybody can write" ok "$(write_error "$(disk_of c)" 3 y)"
end
