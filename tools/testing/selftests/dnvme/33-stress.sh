#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Random messages, suspends, reloads, errors and I/O for a bounded number of
# phases; after each, every block holds what a model says it may hold.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

PHASES=${DNVME_PHASES:-8}
SEED=${DNVME_SEED:-$(date +%s)}
LEN=256

begin
for target in dm-flakey dm-delay; do
	modprobe "$target" || skip "the kernel has no $target"
done
leg 0 16 cache_size=1
leg 1 16
for i in 0 1; do create "below$i" "0 $((2 * LEN)) linear /dev/nullb$i 0"; done
create s "0 $((2 * LEN)) dnvme 1 8 2 /dev/mapper/below0 0 /dev/mapper/below1 0 2 drain_ms 200"

# Few phases may be too few for everything to come up; then others may show it. Each begins with zeroes.
stress() {
	local seed status=1
	for ((seed = SEED; status != 0 && seed < SEED + 10; seed++)); do
		echo "DNVME_SEED=$seed"
		dd if=/dev/zero of=/dev/mapper/s bs=64K count=$((2 * LEN / 128)) oflag=direct conv=nocreat status=none ||
			return
		"$SELF/stress.py" s "$PHASES" "$seed" below0 /dev/nullb0 below1 /dev/nullb1 >"$TMP/stress" 2>&1
		status=$?
		cat "$TMP/stress"
		[ "$status" = 0 ] || grep -q "shown too little" "$TMP/stress" || break
	done
	return "$status"
}

check "$PHASES phases of stress: every block holds what it may" stress && remark
same "nothing is in flight or held" "0 0" "$(status s 4-5)"
finish
