#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Several active paths: all of them are used, and the loss of one stops only what was in flight on it.

# shellcheck source=tools/testing/selftests/nvme-mpath-ext/heads.sh
. "$(dirname "$(readlink -f "$0")")/heads.sh"

writes() { awk '{ print $5 }' "/sys/dev/block/$(major_minor "/dev/mapper/$1")/stat"; }
has_names() { [ "$(of "$1" active_path | wc -w)" = "$2" ]; }

begin
check "a head with two paths" two_lanes h policy=round-robin failover_interval_ms=0 max_tries=0
lane c
check "a third one" add_path h c /dev/mapper/c
check "all are active" wait_for has_names h 3
before=("$(writes a)" "$(writes b)" "$(writes c)")
for block in {0..8}; do write_block "$DISK" "$block" x; done
same "each has its share" "3 3 3" \
	"$(($(writes a) - before[0])) $(($(writes b) - before[1])) $(($(writes c) - before[2]))"
refused "no path can be chosen" put h active_path=a

verified_load "$DISK"
check "a path breaks" break_lane a
check "the others go on" wait_for has_names h 2
check "a survivor has vouched for it" wait_for is_up h
same "which is a failover" "error a" "$(failover h 2-3)"
check "another one breaks" break_lane b
check "one is left" wait_for is_active h c
check "they are mended" eval "mend_lane a; mend_lane b"
check "and active again" wait_for has_names h 3
check "the load ends without an error" load_ended_well
check "all break" eval "break_lane a; break_lane b; break_lane c"
in_background write_block "$DISK" 0 y
check "the head is down" wait_for reads of h state down
check "they are mended" eval "mend_lane a; mend_lane b; mend_lane c"
check "and active again" wait_for has_names h 3
check "what was queued is written" wait "${PIDS[-1]}"
same "nothing failed" 0 "$(of h failed)"
end
