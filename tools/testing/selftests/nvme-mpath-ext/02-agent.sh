#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whatever becomes of the agent, each command is answered, once.

# shellcheck source=tools/testing/selftests/nvme-mpath-ext/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

NO_AGENT="0x783 80 0" IN_PROGRESS="0x780 80 0"

# The command is with the agent.
taken() { grep -q "$NQN" "$TMP/agent"; }

# ask: sends a command in the background; its outcome goes to $TMP/answer.
ask() {
	sna 1 1 >"$TMP/answer" &
	ASKED=$!
}

begin
check "a target and its host" target
check "the module is armed" "$HERE/agent.py" arm

agent serve delay=600
ask
check "an agent that does not answer has the command" wait_for taken
check "it is killed" end_agent KILL
check "the command ends" wait "$ASKED"
same "and says that nobody decides" "0x783 80 0" "$(cat "$TMP/answer")"

echo 500 >/sys/module/nvmet_mpath_ext/parameters/answer_ms
agent serve delay=3
same "an agent that takes too long: ask again" "$IN_PROGRESS" "$(sna 1 1)"
check "its answer comes too late" wait_for grep -q late "$TMP/agent"
end_agent

agent open
same "an agent that does not read" "$NO_AGENT" "$(sna 1 1)"
end_agent

echo 60000 >/sys/module/nvmet_mpath_ext/parameters/answer_ms
agent serve delay=600
ask
wait_for taken
check "the host disconnects while a command waits" timeout 300 nvme disconnect -n "$NQN"
wait "$ASKED"
check "the agent goes" end_agent KILL
check "the host connects again" host_connects

# Agents come and go, the module too, while commands keep coming.
while true; do sna 1 0; done >"$TMP/answers" 2>&1 &
TRAFFIC=$!
for round in 1 2 3 4; do
	agent serve epoch="$round"
	wait_for grep -q "^0x0 3 $round" "$TMP/answers"
	end_agent KILL
	check "round $round: the module is unloaded under traffic" wait_for rmmod_quietly
	check "and loaded" modprobe nvmet-mpath-ext
	check "and armed" "$HERE/agent.py" arm
done
kill "$TRAFFIC"
wait "$TRAFFIC" 2>/dev/null
same "no other answers were seen" "" "$(grep -Ev '^(0x0 3 [1-4]|0x783 (80|0) 0|0x4001 0 0)$' "$TMP/answers" | tail -n 6)"
end
