#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whatever the target answers, or not, nothing goes out before it has acknowledged, and no error
# reaches the user while there is hope.

# shellcheck source=tools/testing/selftests/nvme-mpath-ext/targets.sh
. "$(dirname "$(readlink -f "$0")")/targets.sh"

# lose_a: what is sent to a comes back with an error.
lose_a() { nvme disconnect -n "$(nqn a)"; }

begin
check "two targets and their host" two_targets
check "the target's module is armed" arm
check "the gates have a keeper" keeper
command_head h 1 activation_timeout_ms=20000
check "the head is up" start_head h
check "b is well" wait_for reads path_state h/paths/b ready
before=$(of h failovers)

# From here on b alone is left, and its agent answers queries well, but activations otherwise.
end_agent
keeper status=0x4781 state=1
check "a is lost" lose_a
in_background write_block "$DISK" 7 q
WRITER=$!
check "a write is queued" wait_for queues h 1
check "refused: b is asked nevertheless, there is no other" wait_for asked "$ACTIVATE" b
check "and again" wait_for asked "$ACTIVATE" b 2
check "the log has the reason" logged "refused by the target (status 0x4781)"
end_agent

for words in "status=0x4782 state=1 epoch=9:stale epoch" \
	"status=0x784 state=1:the previous owner is not fenced" \
	"status=6 state=0:the target failed the command" "status=0x4001 state=0:does not know the command" \
	"status=0 state=1:an answer against the specification"; do
	# shellcheck disable=SC2086 # several words
	keeper ${words%%:*}
	check "${words#*:}: b is asked" wait_for asked "$ACTIVATE" b
	check "the log says so" wait_for logged "${words#*:}"
	end_agent
done
same "the epoch that it was told is known" 9 "$(get h epoch)"

keeper delay=600
check "an agent that never answers" wait_for asked "$ACTIVATE" b
check "is killed" end_agent KILL

echo 1000 >/sys/module/nvmet_mpath_ext/parameters/answer_ms
keeper delay=3 status=0x780 state=2
check "an agent that is too late: asked again" wait_for grep -q late "$TMP/agent"
end_agent KILL
echo 10000 >/sys/module/nvmet_mpath_ext/parameters/answer_ms

keeper status=0x780 state=2 retry=2 epoch=10
check "in progress: asked again and again" wait_for asked "$ACTIVATE" b 5
end_agent

same "all that time the write waited" "1 0" "$(of h queued) $(of h failed)"
same "no failover was counted" "$before" "$(of h failovers)"
same "nothing was written" 0 "$(read_letter /dev/nullb0 7)"

check "the gates have their keeper again" keeper
check "the write ends well" wait "$WRITER"
same "it is on the disk" q "$(read_letter /dev/nullb0 7)"
same "b is active" b "$(get h active_path)"
same "that was one failover" $((before + 1)) "$(of h failovers)"
end
