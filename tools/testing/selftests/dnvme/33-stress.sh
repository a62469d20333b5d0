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

echo "# DNVME_SEED=$SEED"
check "$PHASES phases of stress: every block holds what it may" \
	"$SELF/stress.py" s "$PHASES" "$SEED" below0 /dev/nullb0 below1 /dev/nullb1 &&
	remark
same "nothing is in flight or held" "0 0" "$(status s 4-5)"
finish
