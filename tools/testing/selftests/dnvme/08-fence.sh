#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Law L1 under load: after a receipt nothing arrives below, however often.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

ROUNDS=${DNVME_ROUNDS:-150}
DELAY_NS=3000000

begin
leg 0 64 irqmode=2 completion_nsec="$DELAY_NS" hw_queue_depth=1024 submit_queues="$(nproc)"
echo none >/sys/block/nullb0/queue/scheduler

gate g /dev/nullb0 drain_ms 60000
load /dev/mapper/g
check "a gate: $ROUNDS rounds of fence and open, nothing late" \
	"$SELF/fence_rounds.py" g nullb0 "$LOAD" "$ROUNDS"
check "every bio of the load was answered" end_load g
check "the gate is removed" dmsetup remove --retry g

create s "0 65536 dnvme 1 8 4 /dev/nullb0 0 /dev/nullb0 16384 /dev/nullb0 32768 /dev/nullb0 49152 \
2 drain_ms 60000"
load /dev/mapper/s
check "a stripe: $((ROUNDS / 3)) rounds of fence and open, nothing late" \
	"$SELF/fence_rounds.py" s nullb0 "$LOAD" $((ROUNDS / 3))
check "every bio of the load was answered" end_load s
same "nothing is left in flight or held" "0 0" "$(status s 4-5)"
finish
