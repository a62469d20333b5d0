#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Law L1 under load: after a receipt nothing arrives below, however often.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

ROUNDS=${DNVME_ROUNDS:-120}
DEEP_ROUNDS=${DNVME_DEEP_ROUNDS:-2}
SEED=${DNVME_SEED:-1}
CPUS=$(nproc)
FEW=1 THOUSANDS=2000
DRAIN_MS=$((DNVME_PATIENCE * 1000))

# rounds NAME LEG-DISK ROUNDS IN-FLIGHT
rounds() {
	check "$CPUS CPUs, $1: $3 rounds of fence and open, nothing late" \
		"$SELF/fence_rounds.py" "$1" "$2" "$LOAD" "$3" "$4" "$SEED" &&
		remark
	check "every bio of the load was answered" end_load "$1"
}

begin
leg 0 64 irqmode=2 completion_nsec=3000000 hw_queue_depth=1024 submit_queues="$CPUS"
leg 1 64 irqmode=2 completion_nsec=1500000000 hw_queue_depth=4096
for disk in nullb0 nullb1; do
	echo none >"/sys/block/$disk/queue/scheduler"
done
echo "# DNVME_SEED=$SEED"

gate g /dev/nullb0 drain_ms "$DRAIN_MS" mode held
load /dev/mapper/g
rounds g nullb0 "$ROUNDS" "$FEW"
check "the gate is removed" dmsetup remove --retry g

create s "0 65536 dnvme 1 8 4 /dev/nullb0 0 /dev/nullb0 16384 /dev/nullb0 32768 /dev/nullb0 49152 \
4 drain_ms $DRAIN_MS mode held"
load /dev/mapper/s
rounds s nullb0 $((ROUNDS / 3)) "$FEW"
same "nothing is left in flight or held" "0 0" "$(status s 4-5)"

# A leg that takes long has thousands in flight. The debug kernel is too slow to begin as many meanwhile.
if [ "$DEEP_ROUNDS" -gt 0 ]; then
	gate deep /dev/nullb1 drain_ms "$DRAIN_MS" mode held
	load /dev/mapper/deep --iodepth=1024
	rounds deep nullb1 "$DEEP_ROUNDS" "$THOUSANDS"
	same "nothing is left in flight or held" "0 0" "$(status deep 4-5)"
fi
finish
