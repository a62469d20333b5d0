#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Many failovers under load, each for one of several reasons: no write reaches a target before that
# target has acknowledged its activation, and each block holds what was acknowledged last.

# shellcheck source=tools/testing/selftests/nvme-mpath-ext/targets.sh
. "$(dirname "$(readlink -f "$0")")/targets.sh"

FAILOVERS=${DNVME_FAILOVERS:-14}
SEED=${DNVME_SEED:-1}
NR_WRITERS=8

begin
check "two targets and their host" two_targets
check "the target's module is armed" arm
check "the gates have a keeper" keeper
command_head h
check "the head is up" start_head h
end_agent
"$HERE/stamper.py" "$DISK" "$NR_WRITERS" "$SEED" >"$TMP/stamper" 2>&1 &
LOAD=$!
PIDS+=("$LOAD")
wait_for grep -q ready "$TMP/stamper"

echo "# DNVME_SEED=$SEED"
check "$FAILOVERS failovers: no write comes before the acknowledgement" \
	"$HERE/failover_rounds.py" h "$FAILOVERS" "$SEED"
remark
check "the gates have a keeper" keeper
kill -TERM "$LOAD"
check "each block holds what was acknowledged last, and no I/O failed" wait "$LOAD"
check "so much was written" cat "$TMP/stamper"
remark
same "the head failed nothing" 0 "$(of h failed)"
end
