#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A target that dies without a word: the head notices long before the host's own time-outs, which are
# out of the way here.

# shellcheck source=tools/testing/selftests/nvme-mpath-ext/targets.sh
. "$(dirname "$(readlink -f "$0")")/targets.sh"

# shellcheck disable=SC2034 # for targets.sh
KEEP_ALIVE=3600
NR_WRITERS=4

# patient_host: what it connects to meanwhile has an hour for each I/O.
patient_host() {
	local timeout=/sys/module/nvme_core/parameters/io_timeout usual status
	usual=$(cat "$timeout")
	echo 3600 >"$timeout"
	two_targets 1
	status=$?
	echo "$usual" >"$timeout"
	return "$status"
}

begin
modprobe nf_tables || skip "this kernel has no packet filter"
check "two targets and their host, which is patient" patient_host
check "the target's module is armed" arm
check "the gates have a keeper" keeper
command_head h 1 silence_timeout_ms=4000
check "the head is up" start_head h
check "a is active" wait_for is_active h a
check "b is well" wait_for path_is h b ready
"$HERE/stamper.py" "$DISK" "$NR_WRITERS" 1 >"$TMP/stamper" 2>&1 &
LOAD=$!
PIDS+=("$LOAD")
wait_for grep -q ready "$TMP/stamper"

check "a falls silent" "$HERE/silence" "${PORT[a]}"
check "b is active" wait_for is_active h b
same "because of an error" error "$(failover h 2)"
check "a speaks again" "$HERE/silence" end
check "a is well again" wait_for path_is h a ready
kill -TERM "$LOAD"
check "each block holds what was acknowledged last, and no I/O failed" wait "$LOAD"
same "the head failed nothing" 0 "$(of h failed)"
end
