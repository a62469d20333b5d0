#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Which path is chosen: by the user, by priority, by failback; and not too often.

# shellcheck source=tools/testing/selftests/nvme-mpath-ext/heads.sh
. "$(dirname "$(readlink -f "$0")")/heads.sh"

begin
check "a head with two paths" two_lanes h failover_interval_ms=0
lane c
check "a third path, while it is live" add_path h c /dev/mapper/c priority=5
same "the preferred one is active" a "$(of h active_path)"

check "the user wants b" put h active_path=b
check "and gets it" wait_for is_active h b
same "as a change of his" "user a b" "$(failover h 2-4)"
same "a is well" ready "$(path_state h/paths/a)"
check "wanting it again is no error" put h active_path=b
same "and no failover" 1 "$(of h failovers)"
check "c breaks" break_lane c
check "its probe notices" wait_for path_is h c failed
same "a path that is not well is refused" "Host is down" \
	"$(LC_ALL=C put h active_path=c 2>&1 | sed 's/.*: //')"
same "nothing has changed" b "$(of h active_path)"
check "c is mended" mend_lane c
check "and well again" wait_for path_is h c ready

check "failback is automatic, at once" put h failback_delay_ms=0 failback=automatic
sleep 1.5
same "but not from what the user chose" b "$(of h active_path)"
check "b breaks" break_lane b
write_block "$DISK" 0 x
check "the one with the highest priority takes over" wait_for is_active h a
check "b is mended" mend_lane b
check "and well" wait_for path_is h b ready
check "b is preferred from now on" put h/paths/b priority=20
check "and takes over" wait_for is_active h b
same "as a failback" "failback a b" "$(failover h 2-4)"
check "it breaks" break_lane b
write_block "$DISK" 1 y
check "a takes over" wait_for is_active h a
check "failback takes two seconds of health" put h failback_delay_ms=2000
check "b is mended" mend_lane b
check "and well" wait_for path_is h b ready
same "but not active yet" a "$(of h active_path)"
check "but then" wait_for is_active h b
check "failback is manual" put h failback=manual
check "a is preferred again" put h/paths/a priority=30
sleep 1.5
same "nothing comes of it" b "$(of h active_path)"

check "a path is tried every ten seconds at most" put h failover_interval_ms=10000
check "a and c go" eval "put h/paths/a enable=0; put h/paths/c enable=0"
started=$SECONDS
break_lane b
write_block "$DISK" 2 z &
check "the only path breaks" wait_for path_is h b failed
check "and is mended" mend_lane b
check "it is tried all the same" wait_for is_active h b
check "but not at once" test $((SECONDS - started)) -ge 3
check "what was queued is written" wait $!
end
