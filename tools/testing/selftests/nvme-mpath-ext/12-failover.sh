#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Paths fail and come back under a load that verifies what it wrote: no error, nothing lost or stale.

# shellcheck source=tools/testing/selftests/nvme-mpath-ext/heads.sh
. "$(dirname "$(readlink -f "$0")")/heads.sh"

ROUNDS=${DNVME_ROUNDS:-5}

begin
check "a head with two paths" two_lanes h failover_interval_ms=0 max_tries=0
same "the preferred path is active" a "$(of h active_path)"
same "what made it so is no failover" 0 "$(of h failovers)"
same "but has a timeline" "0 start none a" "$(failover h 1-4)"
verified_load "$DISK"

check "the active path breaks" break_lane a
check "the other one takes over" wait_for is_active h b
same "it is the first failover" "1 error a b" "$(failover h 1-4)"
check "something was completed after it" wait_for not reads failover h 8 0
read -r detected sent acknowledged completed <<<"$(failover h 5-8)"
check "in that order: $detected $sent $acknowledged $completed" \
	test "$detected" -le "$sent" -a "$sent" -le "$acknowledged" -a "$acknowledged" -le "$completed"
same "the path has failed" failed "$(path_state h/paths/a)"
check "with errors" test "$(get h/paths/a errors)" -gt 0
check "the path is mended" mend_lane a
check "and well again" wait_for path_is h a ready
same "it does not take over by itself" b "$(of h active_path)"

for ((round = 1; round <= ROUNDS; round++)); do
	break_lane b && wait_for is_active h a && mend_lane b && wait_for path_is h b ready &&
		break_lane a && wait_for is_active h b && mend_lane a && wait_for path_is h a ready
	result $? "round $round: there and back"
done
same "each is counted" $((1 + 2 * ROUNDS)) "$(of h failovers)"

check "both paths break" eval "break_lane a; break_lane b"
check "the head is down" wait_for reads of h state down
check "I/O waits" wait_for queues h 1
check "one is mended" mend_lane a
check "and takes the I/O" wait_for is_active h a
check "all of it" wait_for reads of h queued 0
check "the other is mended" mend_lane b
check "the load ends without an error" load_ended_well
same "nothing failed because of the head" 0 "$(of h failed)"
end
