#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Several heads through one controller: it has one command at a time, and all get their turn.

# shellcheck source=tools/testing/selftests/nvme-mpath-ext/targets.sh
. "$(dirname "$(readlink -f "$0")")/targets.sh"

NAMESPACES=3

each() {
	local number
	for ((number = 1; number <= NAMESPACES; number++)); do "$@" "$number" || return 1; done
}

make_one() { command_head "h$1" "$1"; }
enable_one() { put "h$1" enable=1; }
is_up_one() { wait_for is_up "h$1"; }
wants_b() { put "h$1" active_path=b; }
has_b() { wait_for reads get "h$1" active_path b; }
b_is_ready() { wait_for reads path_state "h$1/paths/b" ready; }

# activations SIDE: how many came for each namespace.
activations() {
	local number counts=()
	for ((number = 1; number <= NAMESPACES; number++)); do
		counts+=("$(grep -c "^$number $ACTIVATE .*$(nqn "$1")" "$TMP/agent")")
	done
	echo "${counts[*]}"
}

begin
check "two targets and their host" two_targets $NAMESPACES
check "the target's module is armed" arm
keeper delay=1
check "$NAMESPACES heads through the same controllers" each make_one
check "all of them are enabled" each enable_one
check "all of them come up" each is_up_one
same "each asked once" "1 1 1" "$(activations a)"
same "and none before the one before was answered" 0 "$(grep -c "two at a time" "$TMP/agent")"
end_agent
check "the gates have a keeper" keeper
check "the other paths are well" each b_is_ready
check "the user wants the other path of each" each wants_b
check "they become active" each has_b
same "each by one activation" "1 1 1" "$(activations b)"
end
